-- What the metrics of a month rest on in one project, as a number that changes when it does. One row per project and
-- month (local time); it tells which months have to be computed anew, and is part of no figure.
-- A row of a table belongs to the months of its own days, and to the months of the Mondays before them, because a
-- month's partition holds the weeks that begin in it. What lasts (a stay in a status, a sprint) belongs to every month
-- that it touches; what has not ended, to those up to the collection. How long a stay was matters only where it ended.
-- The boards that show an issue are part of all its rows; when a board's first issue was created, of every month.
-- first_event_at: when the first issue of the project was created.
WITH boards_of AS (
    SELECT project, key, list_sort(list(board_id)) AS boards FROM board_issues GROUP BY project, key
),
flow AS (
    SELECT f.*, boards FROM issue_flow AS f LEFT JOIN boards_of AS b ON f.project = b.project AND f.key = b.key
),
stays AS (
    SELECT s.*, f.started_at, f.issue_type, f.is_subtask, f.is_epic, f.boards
    FROM issue_status_spans AS s JOIN flow AS f ON s.project = f.project AND s.key = f.key
),
held AS (
    SELECT s.project, s.sprint_id, started_at, completed_at, hash(s) AS sprint_hash FROM sprints AS s
),
firsts AS (
    SELECT p.project, p.collected_at, min(i.created_at) AS first_event_at
    FROM projects AS p LEFT JOIN issues AS i ON p.project = i.project
    GROUP BY p.project, p.collected_at
),
spans AS (
    SELECT project, done_at AS begins_at, done_at AS ends_at, hash(f) AS row_hash
    FROM flow AS f WHERE done_at IS NOT NULL
    UNION ALL
    SELECT project, created_at, created_at, hash(key, created_at, issue_type, is_defect, is_subtask, is_epic, boards)
    FROM flow
    UNION ALL
    SELECT project, entered_at, if(left_at < entered_at, entered_at, left_at),
        hash(key, ordinal, status_id, status, status_category, entered_at, started_at, issue_type, is_subtask, is_epic,
            boards)
    FROM stays
    UNION ALL
    SELECT project, left_at, left_at, hash(s) FROM stays AS s WHERE left_at IS NOT NULL
    UNION ALL
    SELECT c.project, completed_at, completed_at, hash(c, boards)
    FROM issue_completions AS c LEFT JOIN boards_of AS b ON c.project = b.project AND c.key = b.key
    UNION ALL
    SELECT project, started_at, completed_at, sprint_hash FROM held
    UNION ALL
    SELECT s.project, h.started_at, h.completed_at, hash(s)
    FROM sprint_scope AS s JOIN held AS h ON s.project = h.project AND s.sprint_id = h.sprint_id
    UNION ALL
    SELECT s.project, h.started_at, h.completed_at, hash(s)
    FROM sprint_days AS s JOIN held AS h ON s.project = h.project AND s.sprint_id = h.sprint_id
    UNION ALL
    SELECT b.project, any_value(f.first_event_at), NULL, hash(board_id, min(i.created_at))
    FROM board_issues AS b JOIN issues AS i ON b.project = i.project AND b.key = i.key
    JOIN firsts AS f ON b.project = f.project
    GROUP BY b.project, board_id
),
months AS (
    SELECT
        s.project,
        date_trunc('month', date_trunc('week', begins_at AT TIME ZONE $timezone)) AS first_month,
        date_trunc('month', coalesce(ends_at, greatest(f.collected_at, begins_at)) AT TIME ZONE $timezone)
            AS last_month,
        sum(row_hash::HUGEINT) AS row_hashes
    FROM spans AS s JOIN firsts AS f ON s.project = f.project
    WHERE begins_at IS NOT NULL
    GROUP BY ALL
),
sums AS (
    SELECT project, month, sum(row_hashes) AS row_hashes
    FROM (
        SELECT project, row_hashes,
            unnest(range(first_month, last_month + INTERVAL 1 MONTH, INTERVAL 1 MONTH)) AS month
        FROM months
    )
    GROUP BY project, month
)
SELECT project, month::DATE AS month, row_hashes::VARCHAR AS row_hashes, first_event_at
FROM sums LEFT JOIN firsts USING (project)
ORDER BY project, month
