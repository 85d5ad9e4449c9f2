-- One row per repository: its first event, its last complete collection, and one number per month that changes when a
-- row changes that the month's metrics rest on. An event of a local day belongs to the month of that day and to the
-- month of its Monday, because a month's partition holds the weeks that begin in it.
with events as (
    select repository, merged_at as event_at, hash(change_lead_times) as row_hash from change_lead_times
    union all
    select repository, deployed_at, hash(change_lead_times) from change_lead_times where deployed_at is not null
    union all
    select repository, finished_at, hash(deployments)
    from deployments
    where is_production and status = 'success' and finished_at is not null
),
days as (
    select repository, row_hash, cast(timezone($timezone, event_at) as date) as day from events
),
months as (
    select repository, date_trunc('month', day) as month, row_hash from days
    union all
    select repository, date_trunc('month', date_trunc('week', day)), row_hash from days
),
sums as (
    select repository, strftime(month, '%Y-%m-%d') as month, cast(sum(row_hash::hugeint) as varchar) as row_hashes
    from months
    group by all
),
starts as (
    select repository, min(event_at) as first_at from events group by repository
)
select
    repositories.repository,
    any_value(starts.first_at) as first_at,
    any_value(repositories.collected_at) as collected_at,
    coalesce(map_from_entries(list((sums.month, sums.row_hashes)) filter (sums.month is not null)), map {}) as hashes
from repositories
left join starts using (repository)
left join sums using (repository)
group by repositories.repository
order by repositories.repository
