-- Who reviews whom, by team, definition `pulse`. Unit: reviews. One row per scope, period (week from Monday, or month),
-- team of the author and team of the reviewer; only pairs that occur, so a period may have none.
-- Counts the reviews submitted in the period on someone else's pull request, whatever their verdict, and the pull
-- requests that they are of. The scope is where the pull request is, the teams are who its people are.
-- A person's team is the one that lists the login; `others` are in none, deleted accounts too; bots are `bots`.
WITH in_period AS (
    SELECT r.*, grain, date_trunc(grain, r.at AT TIME ZONE $timezone)::DATE AS period_start
    FROM team_collaboration_rows AS r CROSS JOIN (VALUES ('week'), ('month')) AS grains(grain)
    WHERE is_counted
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope, author_team, reviewer_team,
    count(*) AS review_count,
    count(DISTINCT (repository, number)) AS pull_request_count,
    review_count AS row_count
FROM scope_periods JOIN in_period USING (grain, period_start, scope_kind, scope)
GROUP BY ALL
