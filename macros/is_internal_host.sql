{#- Whether a referrer is the site itself: one of internal_hosts or below it, else on
    the registrable domain of the page. -#}
{% macro is_internal_host(referrer_host, page_host) -%}
    {%- if var('internal_hosts') -%}
        (
        {%- for host in var('internal_hosts') %}
            {{ referrer_host }} = '{{ host | lower }}'
            or {{ referrer_host }} like '%.{{ host | lower }}'
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
