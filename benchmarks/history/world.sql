-- One repository's ten years, made of numbers: pull request i is squashed onto position 5i + 4 of the default branch,
-- and every fifth one is followed by a deployment to production. What is uneven comes from hashes, so that the same
-- sizes give the same rows.
CREATE OR REPLACE MACRO share(seed, i) AS (hash(seed, i) % 1000003) / 1000003.0;
CREATE OR REPLACE MACRO sha(kind, r, i) AS md5(concat(kind, '/', r, '/', i)) || '00000000';
CREATE OR REPLACE MACRO merged_at(r, i, n) AS
    TIMESTAMPTZ '2015-07-01 00:00:00+00'
    + to_seconds(CAST((i + 0.9 * share(r, i)) * (3650.0 * 86400 / n) AS BIGINT));
CREATE OR REPLACE TABLE pulls AS
SELECT
    $repository AS repository, i + 1 AS number, concat('Change ', i) AS title,
    concat('person-', hash($r, i) % 24) AS author, hash($r, i, 7) % 12 = 0 AS is_bot,
    'closed' AS state, false AS is_draft,
    merged_at($r, i, $pulls) AS merged_at,
    merged_at - to_seconds(CAST(3600 * (1 + 70 * share($r + 1, i) ** 3) AS BIGINT)) AS created_at,
    merged_at AS updated_at, merged_at AS closed_at,
    sha('main', $r, 5 * i + 4) AS merge_commit_sha, 'main' AS base_branch,
    if(hash($r, i, 3) % 40 = 0, concat('hotfix/', i), concat('change/', i)) AS head_branch,
    false AS is_cross_repository,
    CASE WHEN hash($r, i, 3) % 40 = 0 THEN 'hotfix' WHEN hash($r, i, 3) % 200 = 1 AND i > 0 THEN 'revert' END AS remedy,
    if(remedy = 'revert', i, NULL) AS reverts_number,
    2 AS commit_count, 1 AS review_count,
    created_at - to_seconds(CAST(3600 * (0.2 + 40 * share($r + 2, i) ** 4) AS BIGINT)) AS first_commit_at,
    if(hash($r, i, 5) % 9 = 0, NULL, created_at + (merged_at - created_at) * share($r + 3, i)) AS first_review_at
FROM (SELECT unnest(range($pulls)) AS i);
CREATE OR REPLACE TABLE line AS
SELECT
    $repository AS repository, sha('main', $r, p) AS sha,
    TIMESTAMPTZ '2015-07-01 00:00:00+00' + to_seconds(CAST(p * (3650.0 * 86400 / ($pulls * 5)) AS BIGINT)) AS authored_at,
    authored_at AS committed_at, concat('person-', hash($r, p) % 24) AS author, concat('Step ', p) AS message_headline,
    if(p = 0, 0, 1) AS parent_count, if(p = 0, NULL, sha('main', $r, p - 1)) AS first_parent_sha,
    p AS mainline_position, p = $pulls * 5 - 1 AS is_head
FROM (SELECT unnest(range($pulls * 5)) AS p);
CREATE OR REPLACE TABLE shipped AS
SELECT
    $repository AS repository, 1000000 + j AS deployment_id, 'deployments' AS source,
    if(hash($r, j, 2) % 10 = 0, 'staging', 'production') AS environment, environment = 'production' AS is_production,
    CASE WHEN hash($r, j, 4) % 50 = 0 THEN sha('main', $r, greatest(25 * j - 1, 0)) ELSE sha('main', $r, 25 * j + 24) END
        AS sha,
    'deployer' AS creator,
    merged_at($r, 5 * j + 4, $pulls) + to_seconds(CAST(7200 * share($r + 4, j) AS BIGINT)) AS created_at,
    created_at + INTERVAL 10 MINUTE AS finished_at,
    if(hash($r, j, 6) % 15 = 0, 'failure', 'success') AS status
FROM (SELECT unnest(range($pulls // 5)) AS j);
