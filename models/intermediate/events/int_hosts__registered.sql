-- grain: one row per host that an event, ad spend or a rule names, with the part of it
-- that somebody registered.

{% set known = held() %}

with events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
    where {{ in_scope('batch') }}
),

ad_spend as (
    select * from {{ ref('footfall', 'int_ad_spend__unioned') }}
),

traffic_sources as (
    select * from {{ ref('traffic_sources') }}
),

public_suffixes as (
    select * from {{ ref('public_suffixes') }}
),

all_names as (
    select page_host as host_name
    from events

    union

    select referrer_host as host_name
    from events

    union

    select {{ campaign_tag('utm_source') }} as host_name
    from events

    union

    select source as host_name
    from ad_spend

    union

    select {{ lower_case('pattern') }} as host_name
    from traffic_sources
    where match_type = 'host'
),

{% if known %}

    known as (
        select host_name from {{ known }}
    ),

{% else %}

    known as (
        select host_name from all_names
        where false
    ),

{% endif %}

-- Which hosts has nobody looked up yet? Addresses in numbers are registered by nobody.
hosts as (
    select
        all_names.host_name,
        length(all_names.host_name) - length(replace(all_names.host_name, '.', '')) + 1
            as label_count
    from all_names
    left join known
        on all_names.host_name = known.host_name
    where
        known.host_name is null
        and {{ matches_regex(
            'all_names.host_name', "'^([^.:/]+[.])+[^.:/]*[^.:/0-9][^.:/]*$'"
        ) }}
),

-- Rules have six labels at most, a wildcard one more; then comes the registered one.
endings as (
    {% for count in range(1, 9) %}
        select
            host_name,
            label_count,
            {{ count }} as ending_count,
            {{ last_labels('host_name', count) }} as ending
        from hosts
        where label_count >= {{ count }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- How many labels of the host are public by each rule that it meets?
met as (
    select
        endings.host_name,
        public_suffixes.is_private,
        public_suffixes.match_type = 'exception' as is_exception,
        case
            when public_suffixes.match_type = 'exception'
                then endings.ending_count - 1
            when
                public_suffixes.match_type = 'wildcard'
                and endings.label_count > endings.ending_count
                then endings.ending_count + 1
            else endings.ending_count
        end as public_count
    from endings
    inner join public_suffixes
        on endings.ending = public_suffixes.suffix
),

-- An exception beats all, then the longest; without a rule, one label is public.
counted as (
    select
        hosts.host_name,
        coalesce(
            max(case when met.is_exception then met.public_count end),
            max(met.public_count),
            1
        ) as public_count,
        coalesce(
            max(
                case
                    when met.is_exception and not met.is_private then met.public_count
                end
            ),
            max(case when not met.is_private then met.public_count end),
            1
        ) as registry_count
    from hosts
    left join met
        on hosts.host_name = met.host_name
    group by hosts.host_name
),

registered as (
    select
        counted.host_name,
        registrable.ending as registrable_domain,
        registry.ending as registry_domain
    from counted
    left join endings as registrable
        on
            counted.host_name = registrable.host_name
            and counted.public_count + 1 = registrable.ending_count
    left join endings as registry
        on
            counted.host_name = registry.host_name
            and counted.registry_count + 1 = registry.ending_count
)

select * from registered
