-- grain: one row per enabled model that weighs the touches of a journey by itself, and
-- by whether the journey has a lead and an opportunity: whose weights apply then?

with attribution_models as (
    select * from {{ ref('attribution_models') }}
),

flags as (
    select true as is_there

    union all

    select false as is_there
),

able as (
    select
        attribution_models.*,
        leads.is_there as has_lead,
        opportunities.is_there as has_opportunity,
        (
            (attribution_models.lead_share is null or leads.is_there)
            and (
                attribution_models.opportunity_share is null
                or opportunities.is_there
            )
        ) as is_able
    from attribution_models
    cross join flags as leads
    cross join flags as opportunities
),

-- A model that needs a stage which is not there hands over, and that one may again.
chosen as (
    select
        own.attribution_model,
        own.has_lead,
        own.has_opportunity,
        case
            when own.is_able then own.attribution_model
            when next_ones.is_able then next_ones.attribution_model
            when last_ones.is_able then last_ones.attribution_model
            else own.attribution_model
        end as applied_model
    from able as own
    left join able as next_ones
        on
            own.fallback_model = next_ones.attribution_model
            and own.has_lead = next_ones.has_lead
            and own.has_opportunity = next_ones.has_opportunity
    left join able as last_ones
        on
            next_ones.fallback_model = last_ones.attribution_model
            and own.has_lead = last_ones.has_lead
            and own.has_opportunity = last_ones.has_opportunity
    where
        own.is_enabled
        and own.kind not in ('markov', 'markov_by_journey')
),

resolved as (
    select
        chosen.attribution_model,
        chosen.has_lead,
        chosen.has_opportunity,
        chosen.applied_model,
        applied.kind,
        applied.credited_touches,
        applied.first_share,
        applied.lead_share,
        applied.opportunity_share,
        applied.last_share,
        row_number() over (
            order by
                {{ byte_order('chosen.attribution_model') }},
                chosen.has_lead,
                chosen.has_opportunity
        ) as model_number,
        coalesce(applied.half_life_days, {{ var('attribution_half_life_days') }})
            as half_life_days
    from chosen
    inner join attribution_models as applied
        on chosen.applied_model = applied.attribution_model
)

select * from resolved
