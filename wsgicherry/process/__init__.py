"""The engine: the process bus, its plugins, and what a fork must renew.

Stands apart: nothing here imports another room of this package.
"""
