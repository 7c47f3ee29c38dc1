-- grain: one row per conversion, touch and attribution model. Credits of a conversion
-- sum to exactly 1 under each model, attributed revenue to exactly its revenue.

with conversions as (
    select * from {{ ref('fct_conversions') }}
    where {{ is_person_touched('mart_attribution__credits') }}
),

touchpoints as (
    select * from {{ ref('mart_attribution__touchpoints') }}
    where {{ is_person_touched('mart_attribution__credits') }}
),

channels as (
    select * from {{ ref('channels') }}
),

attribution_models as (
    select * from {{ ref('attribution_models') }}
),

-- Which touch is the last that is not direct?
touches as (
    select
        touchpoints.*,
        max(case when not channels.is_direct then touchpoints.touch_number end) over (
            partition by touchpoints.conversion_id
        ) as last_non_direct_number,
        min(touchpoints.seconds_to_conversion) over (
            partition by touchpoints.conversion_id
        ) as last_seconds_to_conversion
    from touchpoints
    inner join channels
        on touchpoints.channel = channels.channel
    where touchpoints.is_in_window
),

-- How long before the last touch was it?
aged as (
    select
        *,
        {{ dbt.cast(
            'seconds_to_conversion - last_seconds_to_conversion', 'double precision'
        ) }} / (86400 * {{ var('attribution_half_life_days') }})
            as half_lives_before_last
    from touches
),

-- How much does each touch weigh, before the weights of a conversion are made to
-- sum to 1?
weighted as (
    select
        aged.*,
        attribution_models.attribution_model,
        case
            when attribution_models.kind = 'first'
                then case when aged.touch_number = 1 then 1 else 0 end
            when attribution_models.kind = 'last'
                then
                    case
                        when aged.touch_number = aged.touch_count then 1 else 0
                    end
            when attribution_models.kind = 'last_non_direct'
                then
                    case
                        when
                            aged.touch_number
                            = coalesce(
                                aged.last_non_direct_number, aged.touch_count
                            )
                            then 1
                        else 0
                    end
            when attribution_models.kind = 'linear' then 1
            when attribution_models.kind = 'time_decay'
                then {{ power_of_half('aged.half_lives_before_last') }}
            when attribution_models.kind = 'position'
                then
                    case
                        when aged.touch_count <= 2 then 1
                        when aged.touch_number = 1
                            then attribution_models.first_share
                        when aged.touch_number = aged.touch_count
                            then attribution_models.last_share
                        else
                            {{ dbt.cast(
                                '1 - attribution_models.first_share'
                                ~ ' - attribution_models.last_share',
                                'double precision'
                            ) }}
                            / (aged.touch_count - 2)
                    end
        end as touch_weight
    from aged
    cross join attribution_models
),

-- In whole units, since a sum of floats depends on the order of its terms.
united as (
    select
        *,
        cast(
            cast(floor(touch_weight * 1000000000000000 + 0.5) as bigint)
            as numeric(18, 0)
        ) as touch_units
    from weighted
),

shared as (
    select
        *,
        sum(touch_units) over (
            partition by conversion_id, attribution_model
        ) as conversion_units
    from united
),

rounded as (
    select
        *,
        {{ ratio('touch_units', 'conversion_units', 12) }} as rounded_credit
    from shared
),

-- What rounding leaves over goes to the last touch.
credited as (
    select
        rounded.conversion_id,
        rounded.session_id,
        rounded.touched_at,
        rounded.touch_number,
        rounded.touch_count,
        rounded.channel,
        rounded.source,
        rounded.medium,
        rounded.campaign,
        rounded.attribution_model,
        case
            when rounded.touch_number < rounded.touch_count then rounded.rounded_credit
            else
                1 - coalesce(
                    sum(rounded.rounded_credit) over (
                        partition by rounded.conversion_id, rounded.attribution_model
                        order by rounded.touch_number
                        rows between unbounded preceding and 1 preceding
                    ),
                    0
                )
        end as credit
    from rounded
),

-- A conversion without a touch to credit says why in place of a channel.
untouched as (
    select
        conversions.conversion_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        cast(null as {{ dbt.type_timestamp() }}) as touched_at,
        cast(null as bigint) as touch_number,
        cast(null as bigint) as touch_count,
        case
            when conversions.marketing_consent = 'denied' then '(no consent)'
            when too_old.conversion_id is not null then '(outside window)'
            else '(no touch)'
        end as channel,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as medium,
        cast(null as {{ dbt.type_string() }}) as campaign,
        attribution_models.attribution_model,
        1 as credit
    from conversions
    cross join attribution_models
    left join touchpoints as too_old
        on
            conversions.conversion_id = too_old.conversion_id
            and not too_old.is_in_window
    left join touchpoints as in_window
        on
            conversions.conversion_id = in_window.conversion_id
            and in_window.touch_number = 1
    where in_window.conversion_id is null
),

all_credits as (
    select * from credited

    union all

    select * from untouched
),

valued as (
    select
        all_credits.*,
        conversions.conversion_name,
        conversions.person_id,
        conversions.converted_at,
        conversions.converted_date,
        conversions.revenue,
        cast(
            sum(all_credits.credit) over (
                partition by all_credits.conversion_id, all_credits.attribution_model
                order by all_credits.touch_number asc nulls last
                rows between unbounded preceding and current row
            ) as numeric(18, 12)
        ) as credit_so_far
    from all_credits
    inner join conversions
        on all_credits.conversion_id = conversions.conversion_id
),

-- Rounding the sum so far, not each share, leaves no cent over and none below zero.
final as (
    select
        conversion_id,
        conversion_name,
        attribution_model,
        person_id,
        session_id,
        converted_at,
        converted_date,
        touched_at,
        channel,
        source,
        medium,
        campaign,
        touch_number,
        touch_count,
        cast(credit as numeric(18, 12)) as credit,
        cast(
            cast(revenue * credit_so_far as numeric(18, 2))
            - cast(
                revenue * cast(credit_so_far - credit as numeric(18, 12))
                as numeric(18, 2)
            ) as numeric(18, 2)
        ) as attributed_revenue,
        {{ last_batch(['fct_sessions', 'int_persons__touched']) }} as batch_number,
        '{{ definition_hash() }}' as definition_hash
    from valued
)

select * from final
