"""Where JSON pages differ on purpose; the rows of `intended.py` for programs that have some."""

PROBLEMS = (
    "issue 5: errors of JSON pages are problem documents, unless HTML is asked for; their "
    "words are the same"
)

# (program, requests, fields, reason), as Row in `intended.py`
JSON_ROWS = (
    (
        "json_more",
        (
            "/raised", "/raised?status=404", "/raised?status=500", "/raised?status=410",
            "/fails", "/nowhere", "/typed", "/index/x", "/shouted?other=1",
            "POST /double '[1'", "POST /double ''", "PUT /double '[1'", "PUT /double ''",
        ),
        ("header content-type",),
        PROBLEMS,
    ),
    (
        "entities",
        (
            "POST /json b'{' as application/json", "POST /json b'' as application/json",
            "POST /strict_json b'[1]' as text/plain",
            "POST /strict_json b'a=1' as application/x-www-form-urlencoded",
            "POST /strict_json b'{' as application/json",
        ),
        ("header content-type",),
        PROBLEMS,
    ),
)  # fmt: skip
