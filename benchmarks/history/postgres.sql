-- Postgres: what `in_pandas.py` computes, with joins and windows in place of DuckDB's ASOF joins. Each statement makes a
-- table, as Pulse writes its facts; the tables that it reads are loaded, indexed and analyzed before the clock starts.
CREATE TABLE production AS
SELECT repository, deployment_id, d.sha, created_at, finished_at, mainline_position,
    row_number() OVER sequence AS ordinal,
    lag(mainline_position) OVER sequence AS previous_position
FROM deployments AS d LEFT JOIN commits AS c USING (repository, sha)
WHERE is_production AND status = 'success'
WINDOW sequence AS (PARTITION BY repository ORDER BY finished_at, deployment_id);
CREATE TABLE containing AS
SELECT repository, mainline_position,
    min(ordinal) OVER (PARTITION BY repository ORDER BY mainline_position DESC) AS ordinal
FROM production WHERE mainline_position IS NOT NULL;
CREATE INDEX ON production (repository, ordinal);
CREATE INDEX ON production (repository, finished_at, ordinal);
CREATE INDEX ON containing (repository, mainline_position, ordinal);
ANALYZE production;
ANALYZE containing;
CREATE TABLE changes AS
WITH own AS (
    SELECT repository, number, min(ordinal) AS ordinal
    FROM pull_request_commits JOIN production USING (repository, sha) GROUP BY repository, number
),
matched AS (
    SELECT p.repository, p.number, p.created_at, p.merged_at, p.first_commit_at, p.remedy, p.reverts_number,
        least(f.ordinal, own.ordinal) AS ordinal
    FROM pull_requests AS p
    JOIN commits AS c ON c.repository = p.repository AND c.sha = p.merge_commit_sha
    LEFT JOIN LATERAL (
        SELECT ordinal FROM containing AS k
        WHERE k.repository = p.repository AND k.mainline_position >= c.mainline_position
        ORDER BY k.mainline_position LIMIT 1
    ) AS f ON true
    LEFT JOIN own ON own.repository = p.repository AND own.number = p.number
)
SELECT m.*, d.deployment_id, d.finished_at, extract(epoch FROM d.finished_at - first_commit_at) / 3600 AS lead_time,
    d.finished_at >= merged_at AND d.finished_at >= first_commit_at AS is_counted
FROM matched AS m LEFT JOIN production AS d ON d.repository = m.repository AND d.ordinal = m.ordinal;
CREATE INDEX ON changes (repository, number);
ANALYZE changes;
CREATE TABLE blamed AS
WITH linked AS (
    SELECT i.repository, opened_at, resolved_at, f.ordinal, c.sha IS NOT NULL AS is_linked
    FROM incident_reports AS i
    LEFT JOIN commits AS c ON c.repository = i.repository AND c.sha = i.root_cause_sha
    LEFT JOIN LATERAL (
        SELECT ordinal FROM containing AS k
        WHERE k.repository = i.repository AND k.mainline_position >= c.mainline_position
        ORDER BY k.mainline_position LIMIT 1
    ) AS f ON true
),
seen AS (
    SELECT repository, 'issue' AS kind, opened_at, resolved_at, ordinal, is_linked FROM linked
    UNION ALL
    SELECT repository, 'hotfix', created_at, finished_at, NULL, false FROM changes WHERE remedy = 'hotfix'
    UNION ALL
    SELECT r.repository, 'revert', r.created_at, r.finished_at,
        CASE WHEN c.ordinal < r.ordinal THEN c.ordinal END, true
    FROM changes AS r JOIN changes AS c ON c.repository = r.repository AND c.number = r.reverts_number
    WHERE r.remedy = 'revert'
    UNION ALL
    SELECT repository, 'rollback', created_at, finished_at, ordinal - 1, true
    FROM production WHERE mainline_position < previous_position
)
SELECT s.repository, kind, opened_at, resolved_at, coalesce(s.ordinal, t.ordinal) AS ordinal
FROM seen AS s
LEFT JOIN LATERAL (
    SELECT ordinal FROM production AS p
    WHERE NOT is_linked AND p.repository = s.repository AND p.finished_at <= s.opened_at
    ORDER BY p.finished_at DESC, p.ordinal DESC LIMIT 1
) AS t ON true;
CREATE TABLE outcomes AS
WITH failures AS (
    SELECT repository, ordinal,
        CASE
            WHEN bool_or(kind = 'issue' AND resolved_at IS NULL) THEN NULL
            WHEN bool_or(kind = 'issue') THEN max(resolved_at) FILTER (WHERE kind = 'issue')
            ELSE min(resolved_at)
        END AS recovered_at
    FROM blamed WHERE ordinal IS NOT NULL GROUP BY repository, ordinal
),
mending AS (
    SELECT DISTINCT m.repository, m.deployment_id
    FROM changes AS m LEFT JOIN changes AS c ON c.repository = m.repository AND c.number = m.reverts_number
    WHERE m.remedy = 'hotfix' OR (m.remedy = 'revert' AND c.ordinal < m.ordinal)
)
SELECT p.repository, p.deployment_id, p.finished_at, f.ordinal IS NOT NULL AS is_failure, recovered_at,
    CASE WHEN recovered_at >= p.finished_at THEN extract(epoch FROM recovered_at - p.finished_at) / 3600 END
        AS recovery_hours,
    m.deployment_id IS NOT NULL OR coalesce(mainline_position < previous_position, false) AS is_rework
FROM production AS p
LEFT JOIN failures AS f USING (repository, ordinal)
LEFT JOIN mending AS m ON m.repository = p.repository AND m.deployment_id = p.deployment_id;
CREATE TABLE figures AS
WITH grains AS (SELECT unnest(ARRAY['week', 'month']) AS grain),
deployed AS (
    SELECT grain, coalesce(repository, 'all') AS scope, period, count(*) AS deployment_count,
        avg(is_failure::int) AS change_failure_ratio, avg(is_rework::int) AS rework_ratio
    FROM (
        SELECT *, date_trunc(grain, finished_at AT TIME ZONE 'UTC')::date AS period FROM outcomes CROSS JOIN grains
    ) AS o
    GROUP BY GROUPING SETS ((grain, repository, period), (grain, period))
),
lead AS (
    SELECT grain, coalesce(repository, 'all') AS scope, period,
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY lead_time) AS quantiles
    FROM (
        SELECT *, date_trunc(grain, finished_at AT TIME ZONE 'UTC')::date AS period
        FROM changes CROSS JOIN grains WHERE is_counted
    ) AS c
    GROUP BY GROUPING SETS ((grain, repository, period), (grain, period))
),
recovered AS (
    SELECT grain, coalesce(repository, 'all') AS scope, period,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY recovery_hours) AS recovery_median_hours
    FROM (
        SELECT *, date_trunc(grain, recovered_at AT TIME ZONE 'UTC')::date AS period
        FROM outcomes CROSS JOIN grains WHERE recovery_hours IS NOT NULL
    ) AS r
    GROUP BY GROUPING SETS ((grain, repository, period), (grain, period))
)
SELECT grain, scope, period, coalesce(deployment_count, 0) AS deployment_count, quantiles[1] AS lead_time_median_hours,
    quantiles[2] AS lead_time_p90_hours, change_failure_ratio, recovery_median_hours, rework_ratio
FROM deployed FULL JOIN lead USING (grain, scope, period) FULL JOIN recovered USING (grain, scope, period);
