-- What the fields of sprint and estimate of each issue held from when until when, definition `pulse`, rebuilt from its
-- history. One row per issue, field and value; a value that was replaced in the same instant has none.
-- slot: `sprint` for the field Sprint, whose value are numbers of sprints, comma separated; else the id of a field that a
-- board with sprints estimates by, whose value is a text of a number.
-- The first value is what the first change says that the field held before, else today's; it was there since the issue
-- was created. The last one has no end. Null or empty: the field held nothing.
WITH told AS (
    SELECT project, key, 'sprint' AS slot, ordinal, changed_at, from_id AS before, to_id AS after
    FROM issue_changes WHERE lower(field) = 'sprint'
    UNION ALL
    SELECT project, key, field_id, ordinal, changed_at, from_value, to_value
    FROM issue_changes SEMI JOIN sprints
        ON issue_changes.project = sprints.project AND issue_changes.field_id = sprints.estimation_field
),
today AS (
    SELECT project, key, 'sprint' AS slot, sprint_ids AS value FROM issues
    UNION ALL
    SELECT project, key, field_id, points::VARCHAR FROM issue_estimates
),
pieces AS (
    SELECT project, key, slot, changed_at AS begins_at, after AS value,
        coalesce(lead(changed_at) OVER history, 'infinity'::TIMESTAMPTZ) AS ends_at
    FROM told WINDOW history AS (PARTITION BY project, key, slot ORDER BY ordinal)
    UNION ALL
    SELECT project, key, slot, '-infinity'::TIMESTAMPTZ, before, changed_at
    FROM told QUALIFY row_number() OVER (PARTITION BY project, key, slot ORDER BY ordinal) = 1
    UNION ALL
    SELECT project, key, slot, '-infinity'::TIMESTAMPTZ, value, 'infinity'::TIMESTAMPTZ
    FROM today ANTI JOIN told USING (project, key, slot)
)
SELECT p.project, p.key, slot, greatest(begins_at, created_at) AS begins_at,
    nullif(ends_at, 'infinity'::TIMESTAMPTZ) AS ends_at, value
FROM pieces AS p JOIN issues AS i ON p.project = i.project AND p.key = i.key
WHERE greatest(begins_at, created_at) < ends_at
ORDER BY p.project, p.key, slot, begins_at
