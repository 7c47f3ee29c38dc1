{#- What the vars and sources name that events may have, each with its form there. -#}
{% macro set_names() -%}
    {%- for name in [
        'session_end_events', 'session_timeout_minutes_by_platform', 'internal_hosts',
    ] -%}
        {%- do assert_var(name) -%}
    {%- endfor -%}
    {%- set rows = [] -%}
    {%- for name in var('session_end_events') -%}
        {%- do rows.append([
            'session_end_events', 'event', name, event_form(sql_literal(name))
        ]) -%}
    {%- endfor -%}
    {%- for name in var('session_timeout_minutes_by_platform') -%}
        {%- do rows.append([
            'session_timeout_minutes_by_platform', 'platform', name,
            platform_form(sql_literal(name | trim))
        ]) -%}
    {%- endfor -%}
    {%- set hosts = {'internal_hosts': var('internal_hosts')} -%}
    {%- for name, source in sources().items() if model.resource_type != 'unit_test' -%}
        {%- do hosts.update({'own_hosts of ' ~ name: source.get('own_hosts') or []}) -%}
    {%- endfor -%}
    {%- for setting, names in hosts.items() -%}
        {%- for name in names -%}
            {%- set form = own_host(name) -%}
            {%- do rows.append([setting, 'host', name, sql_literal(form)]) -%}
            {%- if not form.isascii() -%}
                {%- do rows.append(
                    [setting, 'host', name, sql_literal(punycode(form))]
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for setting, name_kind, said_name, name_form in rows or [['', '', '', "''"]] %}
        select
            {{ sql_literal(setting) }} as setting,
            {{ sql_literal(name_kind) }} as name_kind,
            {{ sql_literal(said_name) }} as said_name,
            {{ name_form }} as name_form
        {{ 'where 1 = 0' if not rows }}
        {{ 'union all' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The names of events in the rules that come with footfall, which a test holds to be
    equal: they are there for whoever has such events. -#}
{% macro shipped_event_names() -%}
    {{ return([
        'add_to_cart', 'begin_checkout', 'cmp_visible', 'consent_update',
        'create_alias', 'feature_flag_called', 'first_visit', 'groupidentify',
        'identify', 'merge_dangerously', 'order_cancelled', 'page_ping',
        'page_view', 'purchase', 'refund', 'request', 'screen_end',
        'screen_view', 'session_start', 'set', 'sign_up', 'transaction_item',
        'view_item', 'view_item_list', 'view_promotion', 'web_vitals',
    ]) }}
{%- endmacro %}
