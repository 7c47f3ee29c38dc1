-- grain: one row per conversion, touch and model that weighs the touches of a journey
-- by itself. Weights of a conversion do not sum to anything yet.

with touches as (
    select * from {{ ref('footfall', 'int_touches__placed') }}
),

attribution_models as (
    select * from {{ ref('footfall', 'int_attribution_models__resolved') }}
),

attribution_weights as (
    select * from {{ ref('attribution_weights') }}
),

-- Of the touches, which may this model credit, and where are its first and its last?
aimed as (
    select
        touches.conversion_number,
        touches.touch_number,
        touches.touch_count,
        touches.channel_count,
        touches.visit_number,
        touches.visit_count,
        touches.seconds_before_last,
        attribution_models.model_number,
        attribution_models.attribution_model,
        attribution_models.applied_model,
        attribution_models.kind,
        attribution_models.first_share,
        attribution_models.lead_share,
        attribution_models.opportunity_share,
        attribution_models.last_share,
        attribution_models.half_life_days,
        case when attribution_models.lead_share is not null then touches.lead_number end
            as lead_number,
        case
            when attribution_models.opportunity_share is not null
                then touches.opportunity_number
        end as opportunity_number,
        coalesce(
            case attribution_models.credited_touches
                when 'non_direct' then touches.first_non_direct_number
                when 'paid' then touches.first_paid_number
            end,
            1
        ) as first_number,
        coalesce(
            case attribution_models.credited_touches
                when 'non_direct' then touches.last_non_direct_number
                when 'paid' then touches.last_paid_number
            end,
            touches.touch_count
        ) as last_number,
        case
            when
                attribution_models.credited_touches = 'non_direct'
                and touches.first_non_direct_number is not null
                then not touches.is_direct
            when
                attribution_models.credited_touches = 'paid'
                and touches.first_paid_number is not null
                then touches.is_paid
            else true
        end as is_credited
    from touches
    inner join attribution_models
        on
            touches.has_lead = attribution_models.has_lead
            and touches.has_opportunity = attribution_models.has_opportunity
),

-- How many touches share what the named ones leave? One touch may have several names.
counted as (
    select
        *,
        touch_count
        - 1
        - case when touch_count > 1 then 1 else 0 end
        - case when lead_number not in (1, touch_count) then 1 else 0 end
        - case
            when
                opportunity_number not in (1, touch_count, coalesce(lead_number, 1))
                then 1
            else 0
        end as rest_count,
        (
            touch_number in (1, touch_count)
            or coalesce(touch_number in (lead_number, opportunity_number), false)
        ) as is_named
    from aimed
),

weighted as (
    select
        counted.conversion_number,
        counted.model_number,
        counted.attribution_model,
        counted.touch_number,
        counted.touch_count,
        case
            when not counted.is_credited then {{ cast('0', 'double precision') }}
            when counted.kind = 'first'
                then
                    case
                        when counted.touch_number = counted.first_number then 1
                        else 0
                    end
            when counted.kind = 'last'
                then
                    case
                        when counted.touch_number = counted.last_number then 1
                        else 0
                    end
            when counted.kind = 'linear' then 1
            when counted.kind = 'time_decay'
                then
                    {{ power_of_half(
                        '(counted.seconds_before_last / (86400 * '
                        ~ cast('counted.half_life_days', 'double precision') ~ '))'
                    ) }}
            when counted.kind = 'position' and counted.is_named
                then
                    {{ cast(
                        'case when counted.touch_number = 1'
                        ~ ' then counted.first_share else 0 end'
                        ~ ' + case when counted.touch_number = counted.lead_number'
                        ~ ' then counted.lead_share else 0 end'
                        ~ ' + case when counted.touch_number ='
                        ~ ' counted.opportunity_number'
                        ~ ' then counted.opportunity_share else 0 end'
                        ~ ' + case when counted.touch_number = counted.touch_count'
                        ~ ' then counted.last_share else 0 end',
                        'double precision'
                    ) }}
            when counted.kind = 'position'
                then
                    {{ cast(
                        '1 - counted.first_share - coalesce(counted.lead_share, 0)'
                        ~ ' - coalesce(counted.opportunity_share, 0)'
                        ~ ' - counted.last_share',
                        'double precision'
                    ) }}
                    / counted.rest_count
            when counted.kind = 'custom'
                then
                    {{ cast(
                        'coalesce(from_first.weight, 0) + coalesce(from_last.weight, 0)',
                        'double precision'
                    ) }}
            when counted.kind = 'shapley'
                then case when counted.visit_number = 1 then 1 else 0 end
            when counted.kind = 'shapley_ordered'
                then {{ cast('1', 'double precision') }} / counted.visit_count
        end as touch_weight
    from counted
    left join attribution_weights as from_first
        on
            counted.applied_model = from_first.attribution_model
            and counted.touch_number = from_first.touch_position
    left join attribution_weights as from_last
        on
            counted.applied_model = from_last.attribution_model
            and counted.touch_number - counted.touch_count - 1
            = from_last.touch_position
)

select * from weighted
