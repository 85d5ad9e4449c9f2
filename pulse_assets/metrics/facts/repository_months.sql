-- What the metrics of a month rest on in one repository, as a number that changes when it does. One row per repository
-- and month (local time); it tells which months have to be computed anew, and is part of no figure.
-- A row of a table belongs to the months of its own days, and to the months of the Mondays before them, because a
-- month's partition holds the weeks that begin in it. What lasts (a failure until it is recovered) belongs to every
-- month that it touches; what has not ended, to those up to the collection.
-- first_event_at: the first merge or successful production deployment of the repository.
WITH spans AS (
    SELECT repository, merged_at AS begins_at, merged_at AS ends_at, hash(c) AS row_hash FROM change_lead_times AS c
    UNION ALL
    SELECT repository, deployed_at, deployed_at, hash(c) FROM change_lead_times AS c
    UNION ALL
    SELECT repository, coalesce(finished_at, created_at),
        if(is_failure, recovered_at, coalesce(finished_at, created_at)), hash(o)
    FROM deployment_outcomes AS o
    UNION ALL
    SELECT repository, opened_at, resolved_at, hash(i) FROM incidents AS i
    UNION ALL
    SELECT i.repository, least(i.opened_at, d.finished_at), i.resolved_at, hash(i, d.finished_at)
    FROM incident_reports AS i
    LEFT JOIN fourkeys_changes AS f ON i.repository = f.repository AND i.root_cause_sha = f.sha
    LEFT JOIN deployments AS d ON f.repository = d.repository AND f.deployment_id = d.deployment_id
    UNION ALL
    SELECT repository, merged_at, merged_at, hash(v) FROM devlake_changes AS v
    UNION ALL
    SELECT repository, deployed_at, deployed_at, hash(v) FROM devlake_changes AS v WHERE deployed_at IS NOT NULL
    UNION ALL
    SELECT repository, deployed_at, deployed_at, hash(deployment_id, count(*), sum(hash(sha, minutes)::HUGEINT))
    FROM fourkeys_changes GROUP BY repository, deployment_id, deployed_at
    UNION ALL
    SELECT repository, merged_at, merged_at, hash(number, author, is_bot, first_review_at, merged_at) FROM pull_requests
    UNION ALL
    SELECT repository, first_review_at, first_review_at, hash(number, author, is_bot, created_at, first_review_at)
    FROM pull_requests WHERE first_review_at IS NOT NULL
    UNION ALL
    SELECT r.repository, r.submitted_at, r.submitted_at, hash(r, p.author, p.is_bot)
    FROM pull_request_reviews AS r JOIN pull_requests AS p ON r.repository = p.repository AND r.number = p.number
    UNION ALL
    SELECT c.repository, c.authored_at, c.authored_at, hash(c.number, c.sha, c.author, c.author_name, p.is_bot)
    FROM pull_request_commits AS c JOIN pull_requests AS p ON c.repository = p.repository AND c.number = p.number
    WHERE p.merged_at IS NOT NULL
),
months AS (
    SELECT
        s.repository,
        date_trunc('month', date_trunc('week', begins_at AT TIME ZONE $timezone)) AS first_month,
        date_trunc('month', coalesce(ends_at, greatest(r.collected_at, begins_at)) AT TIME ZONE $timezone)
            AS last_month,
        sum(row_hash::HUGEINT) AS row_hashes
    FROM spans AS s JOIN repositories AS r ON s.repository = r.repository
    WHERE begins_at IS NOT NULL
    GROUP BY ALL
),
sums AS (
    SELECT repository, month, sum(row_hashes) AS row_hashes
    FROM (
        SELECT repository, row_hashes,
            unnest(range(first_month, last_month + INTERVAL 1 MONTH, INTERVAL 1 MONTH)) AS month
        FROM months
    )
    GROUP BY repository, month
),
starts AS (
    SELECT repository, min(event_at) AS first_event_at
    FROM (
        SELECT repository, merged_at AS event_at FROM pull_requests
        UNION ALL
        SELECT repository, finished_at FROM deployments WHERE is_production AND status = 'success'
    )
    GROUP BY repository
)
SELECT repository, month::DATE AS month, row_hashes::VARCHAR AS row_hashes, first_event_at
FROM sums LEFT JOIN starts USING (repository)
ORDER BY repository, month
