{#- Stops a run with one sentence that names the var to mend, before it writes. -#}
{% macro assert_settings() -%}
    {%- if execute -%}
        {%- do assert_names() -%}
        {%- do assert_numbers() -%}
        {%- do assert_dates() -%}
        {%- do assert_flags() -%}
        {%- do assert_choices() -%}
        {%- do assert_timezone() -%}
        {%- do assert_channel_rules() -%}
        {%- do assert_files() -%}
        {%- do assert_sources() -%}
    {%- endif -%}
{%- endmacro %}

{% macro stop_run(message) -%}
    {{ exceptions.raise_compiler_error('footfall: ' ~ message) }}
{%- endmacro %}

{#- A misspelt name would change nothing, and nobody would notice. -#}
{% macro assert_names() -%}
    {%- do assert_new_form() -%}
    {%- for name in invocation_args_dict.get('vars', {}) if name not in known_vars() -%}
        {%- do stop_run(
            'there is no var ' ~ name ~ '; the vars are '
            ~ known_vars() | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{#- The vars of dbt_project.yml; a test holds both to be equal. -#}
{% macro known_vars() -%}
    {{ return([
        'sources', 'own_presets', 'unread_share_limit', 'event_earliest_date',
        'event_latest_date',
        'future_tolerance_minutes', 'event_age_limit_days', 'bot_limit_events',
        'bot_limit_seconds', 'accept_bots', 'accept_unknown_consent',
        'accepted_share_limit', 'publish_fall_limit', 'view_repeat_seconds', 'history_days',
        'session_timeout_minutes',
        'session_timeout_minutes_by_platform', 'session_timeout_is_inclusive',
        'session_splits_at_midnight', 'session_splits_on_campaign_change',
        'session_splits_on_user_change', 'session_end_events',
        'session_limit_minutes', 'session_limit_events', 'engaged_session_seconds',
        'engaged_pause_limit_seconds', 'reporting_timezone', 'channel_preset',
        'internal_hosts', 'last_non_direct_lookback_days',
        'attribution_touches', 'attribution_lookback_days',
        'attribution_resets_after_conversion', 'attribution_half_life_days',
        'attribution_direct', 'attribution_path',
        'attribution_counts_non_converting', 'reporting_currency',
    ]) }}
{%- endmacro %}

{% macro assert_numbers() -%}
    {%- set numbers = {
        'session_timeout_minutes': 1, 'engaged_session_seconds': 0,
        'engaged_pause_limit_seconds': 0, 'future_tolerance_minutes': 0,
        'last_non_direct_lookback_days': 0, 'attribution_lookback_days': 0,
        'attribution_half_life_days': 1, 'bot_limit_seconds': 1, 'history_days': 0,
    } -%}
    {%- for name, least in numbers.items() -%}
        {%- if var(name) is not integer or var(name) is boolean or var(name) < least -%}
            {%- do stop_run(
                'the var ' ~ name ~ " is '" ~ var(name)
                ~ "', but must be a whole number of at least " ~ least ~ '.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set limits = [
        'session_limit_minutes', 'session_limit_events', 'event_age_limit_days',
        'bot_limit_events', 'view_repeat_seconds',
    ] -%}
    {%- for name in limits if var(name) is not none -%}
        {%- if var(name) is not integer or var(name) is boolean or var(name) < 1 -%}
            {%- do stop_run(
                'the var ' ~ name ~ " is '" ~ var(name)
                ~ "', but must be a whole number of at least 1, or null for no limit."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in ['accepted_share_limit', 'unread_share_limit'] -%}
        {%- set share = var(name) -%}
        {%- if share is not number or share is boolean or not 0 <= share <= 1 -%}
            {%- do stop_run(
                'the var ' ~ name ~ " is '" ~ share
                ~ "', but must be a number from 0 to 1."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set fall = var('publish_fall_limit') -%}
    {%- if fall is not none
        and (fall is not number or fall is boolean or not 0 <= fall <= 1) -%}
        {%- do stop_run(
            "the var publish_fall_limit is '" ~ fall
            ~ "', but must be a number from 0 to 1, or null for no limit."
        ) -%}
    {%- endif -%}
    {%- if var('session_timeout_minutes_by_platform') is not mapping -%}
        {%- do stop_run(
            'the var session_timeout_minutes_by_platform must map platforms to'
            ~ ' minutes, for example {ios: 5}.'
        ) -%}
    {%- endif -%}
    {%- for platform, minutes in var('session_timeout_minutes_by_platform').items() -%}
        {%- if minutes is not integer or minutes is boolean or minutes < 1 -%}
            {%- do stop_run(
                "the var session_timeout_minutes_by_platform gives '" ~ minutes
                ~ "' for " ~ platform ~ ', but minutes are whole numbers of at least 1.'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- A day that its month lacks would stop the run in the middle. -#}
{% macro assert_dates() -%}
    {%- set names = ['event_earliest_date', 'event_latest_date'] -%}
    {%- for name in names -%}
        {%- set text = var(name) | string -%}
        {%- set pattern = '[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' -%}
        {%- set is_date = modules.re.fullmatch(pattern, text) is not none -%}
        {%- if is_date -%}
            {%- set first = modules.datetime.date.fromisoformat(text[:8] ~ '01') -%}
            {%- set days = modules.datetime.timedelta(days=text[8:] | int - 1) -%}
        {%- endif -%}
        {%- if not is_date or (first + days).month != first.month -%}
            {%- do stop_run(
                'the var ' ~ name ~ " is '" ~ text
                ~ "', but must be a date such as 1990-01-01."
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set earliest, latest = var(names[0]) | string, var(names[1]) | string -%}
    {%- if earliest > latest -%}
        {%- do stop_run(
            'the var event_earliest_date is ' ~ earliest
            ~ ', which is after event_latest_date, ' ~ latest ~ '.'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{% macro assert_flags() -%}
    {%- set flags = [
        'accept_bots', 'accept_unknown_consent', 'session_timeout_is_inclusive',
        'session_splits_at_midnight', 'session_splits_on_campaign_change',
        'session_splits_on_user_change', 'attribution_resets_after_conversion',
        'attribution_counts_non_converting',
    ] -%}
    {%- for name in flags if var(name) is not boolean -%}
        {%- do stop_run(
            'the var ' ~ name ~ " is '" ~ var(name) ~ "', but must be true or false."
        ) -%}
    {%- endfor -%}
    {%- for name in ['session_end_events', 'internal_hosts', 'own_presets'] -%}
        {%- if var(name) is string or var(name) is not iterable -%}
            {%- do stop_run(
                'the var ' ~ name ~ " is '" ~ var(name)
                ~ "', but must be a list, for example [" ~ var(name) ~ '].'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_choices() -%}
    {%- set choices = {
        'attribution_touches': ['sessions', 'channel_changes'],
        'attribution_direct': ['channel', 'excluded', 'excluded_unless_alone'],
        'attribution_path': ['as_is', 'collapsed', 'first', 'unique'],
    } -%}
    {%- set currency = var('reporting_currency') -%}
    {%- if currency is not none
        and not modules.re.fullmatch('[A-Z]{3}', currency | string) -%}
        {%- do stop_run(
            "the var reporting_currency is '" ~ currency
            ~ "', but must be a code of three capitals such as EUR, or null."
        ) -%}
    {%- endif -%}
    {%- for name, known in choices.items() if var(name) not in known -%}
        {%- do stop_run(
            'the var ' ~ name ~ " is '" ~ var(name) ~ "', but must be one of "
            ~ known | join(', ') ~ '.'
        ) -%}
    {%- endfor -%}
{%- endmacro %}

{% macro assert_timezone() -%}
    {%- set names = modules.pytz.all_timezones_set -%}
    {%- if var('reporting_timezone') not in names -%}
        {%- do stop_run(
            "the var reporting_timezone is '" ~ var('reporting_timezone')
            ~ "', but must be an IANA name such as Europe/Berlin."
        ) -%}
    {%- endif -%}
{%- endmacro %}
