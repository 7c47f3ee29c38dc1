-- grain: one row per distinct name of a source: a campaign's utm_source, a referrer's
-- host, the advertiser of a click id or of spend.

with events as (
    select * from {{ ref('footfall', 'int_events__sourced') }}
),

ad_spend as (
    select * from {{ ref('footfall', 'int_ad_spend__unioned') }}
),

click_ids as (
    select {{ lower_case('source') }} as source
    from {{ ref('click_ids') }}
),

traffic_sources as (
    select
        {{ lower_case('pattern') }} as pattern,
        match_type,
        source,
        source_category,
        is_ads
    from {{ ref('traffic_sources') }}
),

source_categories as (
    select * from {{ ref('source_categories') }}
),

hosts as (
    select * from {{ ref('footfall', 'int_hosts__registered') }}
),

all_names as (
    select referrer_host as traffic_name
    from events

    union

    select utm_source as traffic_name
    from events

    union

    select source as traffic_name
    from ad_spend

    union

    select source as traffic_name
    from click_ids
),

labelled as (
    select
        all_names.traffic_name,
        hosts.registry_domain,
        split_part(hosts.registry_domain, '.', 1) as brand_label
    from all_names
    left join hosts
        on all_names.traffic_name = hosts.host_name
    where all_names.traffic_name is not null
),

-- A whole name is surer than a host within it, a longer host than a shorter one, and
-- a host than a brand in some country.
equal_names as (
    select
        labelled.traffic_name,
        traffic_sources.source,
        traffic_sources.source_category,
        traffic_sources.is_ads,
        case when traffic_sources.match_type = 'host' then 1000 else 2000 end
            as match_strength
    from labelled
    inner join traffic_sources
        on
            labelled.traffic_name = traffic_sources.pattern
            and traffic_sources.match_type in ('alias', 'app', 'host')
),

-- Only hosts of the same domain of a registry can be a suffix of this one.
host_patterns as (
    select
        traffic_sources.pattern,
        traffic_sources.source,
        traffic_sources.source_category,
        traffic_sources.is_ads,
        hosts.registry_domain
    from traffic_sources
    inner join hosts
        on traffic_sources.pattern = hosts.host_name
    where traffic_sources.match_type = 'host'
),

host_suffixes as (
    select
        labelled.traffic_name,
        host_patterns.source,
        host_patterns.source_category,
        host_patterns.is_ads,
        length(host_patterns.pattern) as match_strength
    from labelled
    inner join host_patterns
        on
            labelled.registry_domain = host_patterns.registry_domain
            and right(labelled.traffic_name, length(host_patterns.pattern) + 1)
            = '.' || host_patterns.pattern
),

-- All apps of a brand: com.example.chat and com.example alike, by com.example.
app_prefixes as (
    select
        labelled.traffic_name,
        traffic_sources.source,
        traffic_sources.source_category,
        traffic_sources.is_ads,
        length(traffic_sources.pattern) as match_strength
    from labelled
    inner join traffic_sources
        on
            split_part(labelled.traffic_name, '.', 1)
            = split_part(traffic_sources.pattern, '.', 1)
            and split_part(labelled.traffic_name, '.', 2)
            = split_part(traffic_sources.pattern, '.', 2)
            and left(labelled.traffic_name || '.', length(traffic_sources.pattern))
            = traffic_sources.pattern
            and right(traffic_sources.pattern, 1) = '.'
            and traffic_sources.match_type = 'app'
),

-- google.co.uk and google.fr are Google's, google.xyz may be anybody's.
brands as (
    select
        labelled.traffic_name,
        traffic_sources.source,
        traffic_sources.source_category,
        traffic_sources.is_ads,
        0 as match_strength
    from labelled
    inner join traffic_sources
        on
            labelled.brand_label = traffic_sources.pattern
            and traffic_sources.match_type = 'brand'
            and {{ matches_regex(
                'labelled.registry_domain',
                "'^[^.]+[.]((co|com|net|org|or|ne)[.])?(com|net|org|cat|[a-z][a-z])$'"
            ) }}
),

matches as (
    select * from equal_names

    union all

    select * from host_suffixes

    union all

    select * from app_prefixes

    union all

    select * from brands
),

ranked as (
    select
        *,
        row_number() over (
            partition by traffic_name
            order by match_strength desc, {{ byte_order('source') }} asc
        ) as match_rank
    from matches
),

recognised as (
    select
        labelled.traffic_name,
        ranked.source,
        ranked.source_category,
        ranked.is_ads,
        ranked.source_category = 'search' and ranked.match_strength < 1000
            as is_below_search
    from labelled
    left join ranked
        on
            labelled.traffic_name = ranked.traffic_name
            and ranked.match_rank = 1
),

-- What do a host's labels say, such as webmail or forum? Asked where no row knows it,
-- and of what lies below a search engine: its mail and its communities are no search.
told as (
    select
        *,
        case
            when source_category is null
                then {{ rule_verdict('host_rules', 'host', 'traffic_name') }}
            when is_below_search
                then {{ rule_verdict('host_rules', 'portal', 'traffic_name') }}
        end as label_category
    from recognised
),

categorised as (
    select
        told.traffic_name,
        coalesce(
            case when told.label_category is null then told.source end,
            {{ regex_group('told.traffic_name', '^(?:www[.])?(.*)$') }}
        ) as source,
        coalesce(told.label_category, told.source_category) as source_category,
        coalesce(told.label_category is null and told.is_ads, false) as is_ads,
        source_categories.referrer_medium
    from told
    left join source_categories
        on
            coalesce(told.label_category, told.source_category)
            = source_categories.source_category
)

select * from categorised
