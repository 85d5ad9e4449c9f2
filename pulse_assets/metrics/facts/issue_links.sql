-- Pull requests of issues, definition `pulse`: one row per pull request and issue that it names by its key, in title,
-- branch, body (code and comments left out) or the first line of a commit's message.
-- A key is looked up among the keys that issues have today, then among those that they had before they were moved to
-- another project; key is that of today, named_key the one that is written. Where a pull request names one issue by
-- both, named_key is today's, and found_in tells the places of both.
-- Left out altogether is what looks like a key but belongs to no collected project: UTF-8, SHA-256, keys of projects
-- that are not collected. Not counted: unknown_issue (the project is collected, and has no such issue: it was deleted,
-- is hidden, or never was).
WITH old_keys AS (
    SELECT from_value AS old_key, arg_max({'project': project, 'key': key}, (changed_at, project, key)) AS issue
    FROM issue_changes WHERE field = 'Key' AND from_value IS NOT NULL GROUP BY from_value
),
found AS (
    SELECT n.repository, n.number, n.key AS named_key, string_split(n.found_in, ',') AS places,
        coalesce(i.project, o.issue.project) AS issue_project, coalesce(i.key, o.issue.key) AS issue_key
    FROM pull_request_issue_keys AS n
    LEFT JOIN issues AS i ON i.key = n.key
    LEFT JOIN old_keys AS o ON o.old_key = n.key
    WHERE issue_key IS NOT NULL OR split_part(n.key, '-', 1) IN (SELECT project FROM projects)
),
links AS (
    SELECT repository, number, coalesce(issue_key, named_key) AS key, any_value(issue_project) AS project,
        arg_min(named_key, (named_key <> coalesce(issue_key, named_key), named_key)) AS named_key,
        list_distinct(flatten(list(places))) AS places
    FROM found GROUP BY ALL
)
SELECT repository, number, key, named_key, project,
    array_to_string([place FOR place IN ['title', 'branch', 'body', 'commit'] IF list_contains(places, place)], ',')
        AS found_in,
    project IS NOT NULL AS is_counted, if(project IS NULL, 'unknown_issue', NULL) AS reason
FROM links ORDER BY repository, number, key
