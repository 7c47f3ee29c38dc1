{#- Whether a host is that of the site itself: one of the own hosts or below it, else of
    the page's registrable domain. Both relations are rows of int_hosts__registered. -#}
{% macro is_internal_host(host, host_row, page_row) -%}
    {%- if own_hosts() -%}
        (
        {%- for own_host in own_hosts() %}
            {{ host }} = {{ sql_literal(own_host) }}
            or {{ host }} like {{ sql_literal('%.' ~ own_host) }}
            {{- ' or' if not loop.last }}
        {%- endfor %}
        )
    {%- else -%}
        coalesce(
            {{ host_row }}.registrable_domain = {{ page_row }}.registrable_domain,
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
    {%- set forms = [] -%}
    {%- for host in hosts -%}
        {%- set form = modules.re.sub(':[0-9]*$', '', host | trim | lower).rstrip('.') -%}
        {%- do forms.append(form) -%}
        {%- if not form.isascii() -%}
            {%- do forms.append(form.encode('idna').decode()) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(forms | unique | list) }}
{%- endmacro %}
