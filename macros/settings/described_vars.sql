{#- What each var may be, by its name: the checks, docs/vars.md and the tests read it
    here. A number has a bound on both sides: what is beyond a year of minutes, a day of
    seconds or a century of days was meant in another unit. -#}
{% macro described_vars() -%}
    {%- set minutes = {'kind': 'number', 'least': 1, 'most': 525600} -%}
    {%- set seconds = {'kind': 'number', 'least': 0, 'most': 86400} -%}
    {%- set days = {'kind': 'number', 'least': 0, 'most': 36500} -%}
    {%- set events = {'kind': 'number', 'least': 1, 'most': 1000000} -%}
    {%- set pages = {'kind': 'number', 'least': 1, 'most': 10000} -%}
    {%- set no_limit = {'null': 'no limit'} -%}
    {%- set share, flag = {'kind': 'share'}, {'kind': 'flag'} -%}
    {{ return({
        'sources': {'kind': 'sources'},
        'own_presets': {'kind': 'list', 'of': 'preset', 'example': 'our_tracker'},
        'unread_share_limit': share,
        'source_rewrite_days': dict(days, null='all are compared'),
        'topics': {'kind': 'switches', 'of': [
            'attribution', 'audience', 'channel', 'content', 'device', 'experiment',
            'funnel', 'journey', 'product', 'quality', 'retention',
        ]},
        'event_earliest_date': {'kind': 'date'},
        'event_latest_date': {'kind': 'date'},
        'future_tolerance_minutes': dict(minutes, least=0),
        'event_age_limit_days': dict(days, least=1, **no_limit),
        'bot_limit_events': dict(events, **no_limit),
        'bot_limit_seconds': dict(seconds, least=1),
        'accept_bots': flag,
        'accept_unknown_consent': flag,
        'accepted_share_limit': share,
        'publish_fall_limit': dict(share, null='all are published'),
        'session_timeout_minutes': minutes,
        'session_timeout_minutes_by_platform': dict(minutes, kind='map'),
        'session_timeout_is_inclusive': flag,
        'session_splits_at_midnight': flag,
        'session_splits_on_campaign_change': flag,
        'session_splits_on_user_change': flag,
        'session_end_events': {'kind': 'list', 'of': 'event', 'example': 'logout'},
        'session_limit_minutes': dict(minutes, **no_limit),
        'session_limit_events': dict(events, **no_limit),
        'view_repeat_seconds': dict(seconds, least=1, null='every view counts'),
        'history_days': days,
        'engaged_session_seconds': seconds,
        'engaged_pause_limit_seconds': seconds,
        'reporting_timezone': {'kind': 'timezone'},
        'channel_preset': {'kind': 'preset'},
        'internal_hosts': {'kind': 'list', 'of': 'host', 'example': 'shop.example'},
        'last_non_direct_lookback_days': days,
        'reporting_currency': {'kind': 'currency', 'null': 'amounts stay as they come'},
        'attribution_touches': {'kind': 'choice', 'of': ['sessions', 'channel_changes']},
        'attribution_lookback_days': days,
        'attribution_resets_after_conversion': flag,
        'attribution_half_life_days': dict(days, least=1),
        'attribution_direct': {
            'kind': 'choice', 'of': ['channel', 'excluded', 'excluded_unless_alone']
        },
        'attribution_path': {
            'kind': 'choice', 'of': ['as_is', 'collapsed', 'first', 'unique']
        },
        'attribution_counts_non_converting': flag,
        'audience_window_days': dict(days, least=1),
        'audience_recent_days': dict(days, least=1),
        'audience_absence_days': dict(days, least=1),
        'experiment_expected_basis_points': {'kind': 'number', 'least': 1, 'most': 10000},
        'slow_page_ms': {'kind': 'number', 'least': 1, 'most': 600000},
        'journey_limit_pages': pages,
        'journey_limit_paths': pages,
        'journey_path_pages': dict(pages, most=100),
    }) }}
{%- endmacro %}

{#- The vars there are; a test holds them to be those of dbt_project.yml. -#}
{% macro known_vars() -%}
    {{ return(described_vars() | list) }}
{%- endmacro %}

{#- Vars of before, of which assert_new_form says what they are now. -#}
{% macro gone_vars() -%}
    {{ return([
        'enabled_sources', 'generic_events', 'generic_columns', 'generic_ad_spend',
        'attribution_bootstrap_samples',
    ]) }}
{%- endmacro %}
