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
    {%- do assert_var('internal_hosts') -%}
    {%- set hosts = var('internal_hosts') | list -%}
    {%- for source in sources().values() if model.resource_type != 'unit_test' -%}
        {%- do hosts.extend(source.get('own_hosts') or []) -%}
    {%- endfor -%}
    {%- set forms = [] -%}
    {%- for host in hosts -%}
        {%- set form = own_host(host) -%}
        {%- do forms.append(form) -%}
        {%- if not form.isascii() -%} {%- do forms.append(punycode(form)) -%} {%- endif -%}
    {%- endfor -%}
    {{ return(forms | unique | list) }}
{%- endmacro %}

{#- A host of the settings in the form of the data, which is that of url_host and host_form:
    of an address, with a port, or as *.shop.example; what is below a host is its own. -#}
{% macro own_host(said, start='a list of own hosts ', place='') -%}
    {%- set pattern = '(?:' ~ url_scheme() ~ ')?' ~ url_authority() -%}
    {%- set written = modules.re.match(pattern, said | trim)[1] -%}
    {%- set below = modules.re.sub('^[*]?[.]', '', written) -%}
    {%- set form = (below | replace('İ', 'i') | lower | replace('ς', 'σ')).rstrip('.') -%}
    {%- if not form or modules.re.search('[\\s*,;]', form) -%}
        {%- do stop_run(
            start ~ 'names ' ~ shown_value(said) ~ place
            ~ ', but a host must be a name such as shop.example.'
        ) -%}
    {%- endif -%}
    {%- if not form.isascii() -%} {%- do punycode(form, start, place) -%} {%- endif -%}
    {{ return(form) }}
{%- endmacro %}

{#- A host of other letters than ASCII's as browsers tell it. -#}
{% macro punycode(host, start='a list of own hosts ', place='') -%}
    {{ return(
        try_or_compiler_error(
            'footfall: ' ~ start ~ 'names ' ~ shown_value(host) ~ place
            ~ ', but a host must be a name such as shop.example.',
            host.encode, 'idna',
        ).decode()
    ) }}
{%- endmacro %}
