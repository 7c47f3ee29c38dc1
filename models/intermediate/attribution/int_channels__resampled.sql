-- grain: one row per conversion name, model of the ledger, channel and sample: what the
-- channel would have got, had other persons come. No row while no sample is asked for.

with credits as (
    select * from {{ ref('int_credits__entered') }}
    where
        entry_type = 'conversion'
        and {{ var('attribution_bootstrap_samples') }} > 0
),

numbers as (
    {{ dbt.generate_series(10000) }}
),

samples as (
    select cast(generated_number as bigint) as sample_number
    from numbers
    where generated_number <= {{ var('attribution_bootstrap_samples') }}
),

persons as (
    select
        person_id,
        conversion_name,
        attribution_model,
        channel,
        sum(credit) as conversions
    from credits
    group by person_id, conversion_name, attribution_model, channel
),

known_persons as (
    select distinct person_id
    from persons
),

drawn as (
    select
        known_persons.person_id,
        samples.sample_number,
        {{ poisson_weight(surrogate_key([
            'known_persons.person_id', 'samples.sample_number'
        ])) }} as person_weight
    from known_persons
    cross join samples
),

channels as (
    select distinct
        conversion_name,
        attribution_model,
        channel
    from persons
),

weighted as (
    select
        persons.conversion_name,
        persons.attribution_model,
        persons.channel,
        drawn.sample_number,
        sum(
            {{ product('persons.conversions', 'drawn.person_weight', 0, 12) }}
        ) as conversions
    from persons
    inner join drawn
        on persons.person_id = drawn.person_id
    where drawn.person_weight > 0
    group by
        persons.conversion_name,
        persons.attribution_model,
        persons.channel,
        drawn.sample_number
),

-- A channel that a sample leaves without a person got nothing in it.
resampled as (
    select
        channels.conversion_name,
        channels.attribution_model,
        channels.channel,
        samples.sample_number,
        cast(coalesce(weighted.conversions, 0) as numeric(24, 12)) as conversions
    from channels
    cross join samples
    left join weighted
        on
            channels.conversion_name = weighted.conversion_name
            and channels.attribution_model = weighted.attribution_model
            and channels.channel = weighted.channel
            and samples.sample_number = weighted.sample_number
)

select * from resampled
