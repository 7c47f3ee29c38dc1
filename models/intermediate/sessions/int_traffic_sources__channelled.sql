-- grain: one row per combination of campaign tags, click id type and referrer host, and
-- preset of rules: the channel that the preset gives it.

with traffic_sources as (
    select * from {{ ref('footfall', 'int_traffic_sources__named') }}
),

rules as (
    select * from {{ ref('footfall', 'int_channel_rules__ordered') }}
),

conditions as (
    select * from {{ ref('footfall', 'int_channel_conditions__listed') }}
),

-- What is known of each combination, a fact per field that a rule can ask about.
facts as (
    {%- for field in rule_text_fields() %}
        select
            traffic_source_id,
            {{ sql_literal(field) }} as field,
            {{ lower_case('coalesce(' ~ field ~ ", '(none)')") }} as fact
        from traffic_sources

        union all
    {% endfor -%}
    {%- for field in rule_value_fields() %}
        select
            traffic_source_id,
            {{ sql_literal(field) }} as field,
            lower(cast({{ field }} as {{ dbt.type_string() }})) as fact
        from traffic_sources
        {{- '\n\n        union all' if not loop.last }}
    {% endfor -%}
),

-- Many combinations share a fact, and many rules a condition: each pair is compared
-- once.
distinct_facts as (
    select distinct
        field,
        fact
    from facts
),

distinct_conditions as (
    select distinct
        field,
        comparison,
        wanted
    from conditions
),

compared as (
    select
        known.field,
        known.fact,
        asked.wanted
    from distinct_facts as known
    inner join distinct_conditions as asked
        on known.field = asked.field
    where
        case
            when asked.comparison = 'is' then known.fact = asked.wanted
            else {{ matches_regex('known.fact', 'asked.wanted') }}
        end
),

-- How many of each rule's conditions does a combination meet?
met as (
    select
        facts.traffic_source_id,
        conditions.preset,
        conditions.rule_number,
        count(*) as condition_count
    from facts
    inner join compared
        on
            facts.field = compared.field
            and facts.fact = compared.fact
    inner join conditions
        on
            compared.field = conditions.field
            and compared.wanted = conditions.wanted
    group by
        facts.traffic_source_id,
        conditions.preset,
        conditions.rule_number
),

counted as (
    select
        rules.preset,
        rules.rule_number,
        count(conditions.field) as condition_count
    from rules
    left join conditions
        on
            rules.preset = conditions.preset
            and rules.rule_number = conditions.rule_number
    group by rules.preset, rules.rule_number
),

-- A rule matches where all of its conditions are met: one without any, always.
matched as (
    select
        met.traffic_source_id,
        met.preset,
        met.rule_number
    from met
    inner join counted
        on
            met.preset = counted.preset
            and met.rule_number = counted.rule_number
            and met.condition_count = counted.condition_count

    union all

    select
        traffic_sources.traffic_source_id,
        counted.preset,
        counted.rule_number
    from traffic_sources
    cross join counted
    where counted.condition_count = 0
),

first_matches as (
    select
        traffic_source_id,
        preset,
        min(rule_number) as rule_number
    from matched
    group by traffic_source_id, preset
),

channelled as (
    select
        first_matches.traffic_source_id,
        first_matches.preset,
        rules.channel,
        rules.rule_id as channel_rule_id,
        {{ filled_reason('rules.reason', 'traffic_sources') }} as channel_reason,
        rules.is_in_force
    from first_matches
    inner join traffic_sources
        on first_matches.traffic_source_id = traffic_sources.traffic_source_id
    inner join rules
        on
            first_matches.preset = rules.preset
            and first_matches.rule_number = rules.rule_number
)

select * from channelled
