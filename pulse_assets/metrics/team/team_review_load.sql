-- Review load of a team, definition `pulse`. Unit: reviews. One row per scope and period (week from Monday, or month).
-- Counts the reviews that persons submitted in the period on other persons' pull requests, whatever their verdict;
-- several reviews of one pull request by one person are several. All deleted accounts count as one unknown person.
-- balance_ratio: entropy of the reviewers' shares by its maximum, -sum(share * ln(share)) / ln(reviewers). 1: all gave
-- the same number; near 0: one gave nearly all; null with fewer than two reviewers. busiest_reviewer_ratio: the largest
-- share. Neither says who: this is a figure of the team, not of a person.
-- bot_review_count: reviews by bots, of whomever's pull requests; they are in no other figure.
WITH in_period AS (
    SELECT r.*, grain, date_trunc(grain, r.at AT TIME ZONE $timezone)::DATE AS period_start
    FROM team_review_load_rows AS r CROSS JOIN (VALUES ('week'), ('month')) AS grains(grain)
),
by_person AS (
    SELECT grain, period_start, scope_kind, scope, reviewer, count(*) AS review_count
    FROM in_period WHERE is_counted GROUP BY ALL
),
shared AS (
    SELECT
        grain, period_start, scope_kind, scope,
        sum(review_count)::BIGINT AS review_count,
        count(*) AS reviewer_count,
        max(review_count) / sum(review_count) AS busiest_reviewer_ratio,
        sum(review_count * ln(review_count) ORDER BY review_count) / sum(review_count) AS uneven
    FROM by_person GROUP BY ALL
),
by_bots AS (
    SELECT grain, period_start, scope_kind, scope, count(*) AS bot_review_count
    FROM in_period WHERE reason = 'bot_reviewer' GROUP BY ALL
)
SELECT
    'pulse' AS definition, grain, period_start, scope_kind, scope,
    coalesce(review_count, 0) AS review_count,
    coalesce(reviewer_count, 0) AS reviewer_count,
    busiest_reviewer_ratio,
    if(reviewer_count > 1, least(greatest((ln(review_count) - uneven) / ln(reviewer_count), 0), 1), NULL)
        AS balance_ratio,
    coalesce(bot_review_count, 0) AS bot_review_count,
    coalesce(review_count, 0) AS row_count
FROM scope_periods
LEFT JOIN shared USING (grain, period_start, scope_kind, scope)
LEFT JOIN by_bots USING (grain, period_start, scope_kind, scope)
