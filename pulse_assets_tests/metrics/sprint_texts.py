"""One sprint by hand in which everything happens that can happen to an issue.

It runs from Monday 2024-05-06 09:00 to Friday 2024-05-17 16:00 and was planned to end at 17:00 of that day (UTC).
"""

SPRINTS = """
    sprint_id  board_id  name      state   started_at        ended_at          completed_at      estimation_field
    7          1         Sprint 7  closed  2024-05-06 09:00  2024-05-17 17:00  2024-05-17 16:00  customfield_10026
    8          1         Sprint 8  future  -                 2024-05-31 17:00  -                 customfield_10026
"""
ISSUES = """
    key     summary           is_subtask  is_epic  sprint_ids  created_at
    PAY-1   Done              no          no       7           2024-05-01 10:00
    PAY-2   Left over         no          no       7,8         2024-05-01 10:00
    PAY-3   Added             no          no       7           2024-05-01 10:00
    PAY-4   Taken out         no          no       -           2024-05-01 10:00
    PAY-5   Created in it     no          no       7           2024-05-10 10:00
    PAY-6   Done before       no          no       7           2024-05-01 10:00
    PAY-7   Part              yes         no       7           2024-05-01 10:00
    PAY-8   Epic              no          yes      7           2024-05-01 10:00
    PAY-9   Grew              no          no       7           2024-05-01 10:00
    PAY-10  Out and in        no          no       7           2024-05-01 10:00
    PAY-11  Done at the end   no          no       7           2024-05-01 10:00
    PAY-12  Opened again      no          no       7,8         2024-05-01 10:00
    PAY-13  Planned only      no          no       -           2024-05-01 10:00
    PAY-14  Nobody estimated  no          no       7           2024-05-01 10:00
"""
CHANGES = """
    key     ordinal  field         field_id           from_id  to_id  from_value  to_value  changed_at
    PAY-2   0        Sprint        customfield_10020  7        7, 8   Sprint 7    Sprint 8  2024-05-17 16:00
    PAY-3   0        Sprint        customfield_10020  -        7      -           Sprint 7  2024-05-08 12:00
    PAY-4   0        Sprint        customfield_10020  7        -      Sprint 7    -         2024-05-09 12:00
    PAY-9   0        Story Points  customfield_10026  -        -      3           5         2024-05-08 08:00
    PAY-10  0        Sprint        customfield_10020  7        -      Sprint 7    -         2024-05-07 12:00
    PAY-10  1        Sprint        customfield_10020  -        7      -           Sprint 7  2024-05-10 12:00
    PAY-12  0        Sprint        customfield_10020  7        7, 8   Sprint 7    Sprint 8  2024-05-17 16:00
    PAY-13  0        Sprint        customfield_10020  7        -      Sprint 7    -         2024-05-03 12:00
"""
ESTIMATES = """
    key     field_id           points
    PAY-1   customfield_10026  5
    PAY-2   customfield_10026  8
    PAY-3   customfield_10026  2
    PAY-4   customfield_10026  1
    PAY-5   customfield_10026  1
    PAY-6   customfield_10026  13
    PAY-7   customfield_10026  1
    PAY-8   customfield_10026  20
    PAY-9   customfield_10026  5
    PAY-10  customfield_10026  2
    PAY-11  customfield_10026  1
    PAY-12  customfield_10026  3
"""
SPANS = """
    key     ordinal  status_id  status_category  entered_at        left_at
    PAY-1   0        1          todo             2024-05-01 10:00  2024-05-07 09:00
    PAY-1   1        5          done             2024-05-07 09:00  -
    PAY-2   0        1          todo             2024-05-01 10:00  -
    PAY-3   0        1          todo             2024-05-01 10:00  2024-05-15 09:00
    PAY-3   1        5          done             2024-05-15 09:00  -
    PAY-4   0        1          todo             2024-05-01 10:00  -
    PAY-5   0        1          todo             2024-05-10 10:00  2024-05-10 18:00
    PAY-5   1        5          done             2024-05-10 18:00  -
    PAY-6   0        1          todo             2024-05-01 10:00  2024-05-02 10:00
    PAY-6   1        5          done             2024-05-02 10:00  -
    PAY-7   0        1          todo             2024-05-01 10:00  -
    PAY-8   0        1          todo             2024-05-01 10:00  -
    PAY-9   0        1          todo             2024-05-01 10:00  2024-05-14 09:00
    PAY-9   1        5          done             2024-05-14 09:00  2024-05-14 09:30
    PAY-9   2        6          done             2024-05-14 09:30  -
    PAY-10  0        1          todo             2024-05-01 10:00  -
    PAY-11  0        1          todo             2024-05-01 10:00  2024-05-17 16:00
    PAY-11  1        5          done             2024-05-17 16:00  -
    PAY-12  0        1          todo             2024-05-01 10:00  2024-05-08 10:00
    PAY-12  1        5          done             2024-05-08 10:00  2024-05-09 10:00
    PAY-12  2        9          -                2024-05-09 10:00  -
    PAY-13  0        1          todo             2024-05-01 10:00  -
    PAY-14  0        1          todo             2024-05-01 10:00  -
"""
BOARDS = """
    board_id  name      board_type  estimation_field
    1         Payments  scrum       customfield_10026
"""
TEXTS = {
    "projects": "project_id  name      collected_at\n1           Payments  2024-05-24 12:00",
    "boards": BOARDS,
    "sprints": SPRINTS,
    "issues": ISSUES,
    "issue_changes": CHANGES,
    "issue_estimates": ESTIMATES,
    "issue_status_spans": SPANS,
}
