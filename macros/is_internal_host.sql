{#- Whether a referrer is the site itself: one of the own hosts or below it, else on the
    registrable domain of the page. -#}
{% macro is_internal_host(referrer_host, page_host) -%}
    {%- if own_hosts() -%}
        (
        {%- for host in own_hosts() %}
            {{ referrer_host }} = {{ sql_literal(host | lower) }}
            or {{ referrer_host }} like {{ sql_literal('%.' ~ host | lower) }}
            {{- ' or' if not loop.last }}
        {%- endfor %}
        )
    {%- else -%}
        coalesce(
            {{ registrable_domain(referrer_host) }}
            = {{ registrable_domain(page_host) }},
            false
        )
    {%- endif -%}
{%- endmacro %}

{#- Those of internal_hosts and of every source: a visit may lead from one to another. -#}
{% macro own_hosts() -%}
    {%- set hosts = var('internal_hosts') | list -%}
    {%- for source in sources().values() if model.resource_type != 'unit_test' -%}
        {%- do hosts.extend(source.get('own_hosts') or []) -%}
    {%- endfor -%}
    {{ return(hosts | unique | list) }}
{%- endmacro %}
