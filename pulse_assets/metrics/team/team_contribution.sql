-- Contribution to a team's repositories, definition `pulse`. Unit: persons and pull requests. One row per scope and
-- period (week from Monday, or month). Counts, and the largest share; never who.
-- A person contributes in the period in which a pull request of theirs is merged, into whatever branch. All deleted
-- accounts count as one unknown person. new_contributor_count: persons whose first merged pull request in the scope,
-- as far back as was collected, lies in the period. top_contributor_ratio: the most that one person's are of all.
-- commit_count: commits that persons authored in the period, of pull requests of persons that were merged, then or
-- later; so it grows for some time after the period. Pull requests of bots are counted apart, in bot_merged_count.
WITH in_period AS (
    SELECT r.*, grain, date_trunc(grain, r.at AT TIME ZONE $timezone)::DATE AS period_start
    FROM team_contribution_rows AS r CROSS JOIN (VALUES ('week'), ('month')) AS grains(grain)
),
by_person AS (
    SELECT grain, period_start, scope_kind, scope, author, count(*) AS merged_count, bool_or(is_first) AS is_new
    FROM in_period WHERE kind = 'merge' AND is_counted GROUP BY ALL
),
persons AS (
    SELECT
        grain, period_start, scope_kind, scope,
        count(*) AS contributor_count,
        sum(merged_count)::BIGINT AS merged_count,
        max(merged_count) / sum(merged_count) AS top_contributor_ratio,
        count(*) FILTER (is_new) AS new_contributor_count
    FROM by_person GROUP BY ALL
),
others AS (
    SELECT
        grain, period_start, scope_kind, scope,
        count(*) FILTER (kind = 'commit' AND is_counted) AS commit_count,
        count(*) FILTER (kind = 'merge' AND NOT is_counted) AS bot_merged_count
    FROM in_period GROUP BY ALL
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    coalesce(contributor_count, 0) AS contributor_count,
    coalesce(merged_count, 0) AS merged_count,
    coalesce(commit_count, 0) AS commit_count,
    top_contributor_ratio,
    coalesce(new_contributor_count, 0) AS new_contributor_count,
    coalesce(bot_merged_count, 0) AS bot_merged_count,
    coalesce(merged_count, 0) AS row_count
FROM scope_periods
LEFT JOIN persons USING (grain, period_start, scope_kind, scope)
LEFT JOIN others USING (grain, period_start, scope_kind, scope)
