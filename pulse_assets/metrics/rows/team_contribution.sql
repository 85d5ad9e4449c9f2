-- The rows of contribution: pull requests of each scope that were merged, into whatever branch (kind `merge`), and the
-- commits of all that were ever merged, by their authoring time (kind `commit`).
-- Left out: what is of a bot's pull request (bot_author), and a bot's commit in a person's (bot_commit).
-- A commit that several pull requests hold is one row, of a person's if there is one, then of the lowest number.
-- is_first: it is the person's first merged pull request in the scope. author: null for a deleted account.
WITH merged AS (
    SELECT repository, number, author, is_bot, merged_at FROM pull_requests WHERE merged_at IS NOT NULL
),
firsts AS (
    SELECT scope_kind, scope, author, min(merged_at) AS first_merged_at
    FROM merged AS p JOIN scope_members AS m ON p.repository = m.repository
    WHERE NOT is_bot GROUP BY ALL
),
written AS (
    SELECT c.repository, c.number, sha, authored_at, is_bot,
        coalesce(c.author, author_name, '') LIKE '%[bot]' AS is_by_bot
    FROM pull_request_commits AS c JOIN merged AS p ON c.repository = p.repository AND c.number = p.number
    WHERE authored_at >= $begins_at AND authored_at < $ends_at
    QUALIFY row_number() OVER (PARTITION BY c.repository, sha ORDER BY is_bot, c.number) = 1
),
events AS (
    SELECT repository, number, 'merge' AS kind, concat('#', number) AS item, merged_at AS at, author,
        if(is_bot, 'bot_author', NULL) AS reason
    FROM merged WHERE merged_at >= $begins_at AND merged_at < $ends_at
    UNION ALL
    SELECT repository, number, 'commit', sha, authored_at, NULL,
        CASE WHEN is_bot THEN 'bot_author' WHEN is_by_bot THEN 'bot_commit' END
    FROM written
)
SELECT
    'pulse' AS definition, m.scope_kind, m.scope, e.repository, item, e.at,
    reason IS NULL AS is_counted, reason, kind, number, e.author,
    kind = 'merge' AND reason IS NULL AND e.at = first_merged_at AS is_first
FROM events AS e
JOIN scope_members AS m ON e.repository = m.repository
LEFT JOIN firsts AS f
    ON m.scope_kind = f.scope_kind AND m.scope = f.scope AND e.author IS NOT DISTINCT FROM f.author
