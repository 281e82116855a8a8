"""Help for the tests of programs, and of what they plug in. Nothing here serves requests."""
