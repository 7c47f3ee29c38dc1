-- grain: one row per session and term that was searched for on the site in it.

{% set written_terms = written_terms('parameters', 'properties', 'page_path') %}
{% set decoded_terms = decoded_terms(written_terms) %}

with sessionized as (
    select * from {{ ref('footfall', 'int_events__sessionized') }}
    where
        session_started_at is not null
        and {{ in_scope('visitor') }}
),

collapsed as (
    select * from {{ ref('footfall', 'int_views__kept') }}
    where not is_kept
),

events as (
    select * from {{ ref('footfall', 'int_events__logged') }}
),

sessions as (
    select * from {{ ref('footfall', 'int_sessions__aggregated') }}
),

-- What a visitor sees, and what the tracker says of searches.
acts as (
    select
        sessionized.source_name,
        sessionized.visitor_id,
        sessionized.session_app,
        sessionized.session_started_at,
        sessionized.occurred_at,
        sessionized.event_number,
        sessionized.is_page_view,
        events.page_url,
        events.page_path,
        events.properties
    from sessionized
    inner join events
        on sessionized.log_number = events.log_number
    left join collapsed
        on sessionized.log_number = collapsed.log_number
    where
        (sessionized.is_page_view or events.event_name = 'search')
        and collapsed.log_number is null
),

addressed as (
    {{ computed_once('acts', {'parameters': url_parameters('page_url')}) }}
),

written as (
    {{ computed_once('addressed', written_terms) }}
),

decoded as (
    {{ computed_once('written', decoded_terms) }}
),

-- A search of which nobody tells the term is one all the same.
termed as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        occurred_at,
        event_number,
        is_page_view,
        coalesce(
            {{ search_term(decoded_terms) }},
            case when not is_page_view then '(unknown)' end
        ) as search_term
    from decoded
),

-- Few sessions search.
searched as (
    select distinct
        source_name,
        visitor_id,
        session_app,
        session_started_at
    from termed
    where search_term is not null
),

-- Where do searches for a term, or other views, begin and end in the session?
compared as (
    select
        termed.*,
        row_number() over session_acts = 1
        or coalesce(termed.search_term, '')
        <> coalesce(lag(termed.search_term) over session_acts, '') as is_other
    from termed
    inner join searched
        on
            termed.source_name = searched.source_name
            and termed.visitor_id = searched.visitor_id
            and termed.session_app = searched.session_app
            and termed.session_started_at = searched.session_started_at
    window session_acts as (
        partition by
            termed.source_name,
            termed.visitor_id,
            termed.session_app,
            termed.session_started_at
        order by termed.event_number
    )
),

turns as (
    select
        *,
        lead(event_number) over session_turns is not null as has_next,
        lead(search_term) over session_turns is not null as has_next_search
    from compared
    where is_other
    window session_turns as (
        partition by source_name, visitor_id, session_app, session_started_at
        order by event_number
    )
),

-- What came after a term was first searched for?
first_turns as (
    select
        *,
        row_number() over (
            partition by
                source_name, visitor_id, session_app, session_started_at, search_term
            order by event_number
        ) as turn_number
    from turns
    where search_term is not null
),

-- A tracker may tell of a page of results, of the search, or of both.
seen as (
    select
        source_name,
        visitor_id,
        session_app,
        session_started_at,
        search_term,
        greatest(
            count(case when is_page_view then 1 end),
            count(case when not is_page_view then 1 end)
        ) as result_views
    from termed
    where search_term is not null
    group by
        source_name, visitor_id, session_app, session_started_at, search_term
),

followed as (
    select
        sessions.session_id,
        first_turns.source_name,
        first_turns.visitor_id,
        first_turns.search_term,
        first_turns.occurred_at as searched_at,
        cast({{ local_time('first_turns.occurred_at') }} as date) as searched_date,
        seen.result_views,
        case
            when first_turns.has_next_search then 'refined'
            when first_turns.has_next then 'followed'
            else 'left'
        end as outcome
    from first_turns
    inner join seen
        on
            first_turns.source_name = seen.source_name
            and first_turns.visitor_id = seen.visitor_id
            and first_turns.session_app = seen.session_app
            and first_turns.session_started_at = seen.session_started_at
            and first_turns.search_term = seen.search_term
    inner join sessions
        on
            first_turns.source_name = sessions.source_name
            and first_turns.visitor_id = sessions.visitor_id
            and first_turns.session_app = sessions.session_app
            and first_turns.session_started_at = sessions.session_started_at
    where first_turns.turn_number = 1
)

select * from followed
