{#- All that a URL says after ? and #, as &name=value&name=value, null where it says
    nothing: the query before the fragment, which may be a route with a query of its own,
    or begin as one: #!name=value and #/name=value.
    &amp; is a & that was escaped for HTML, once. -#}
{% macro url_parameters(url) -%}
    {%- set before = "split_part(" ~ url ~ ", '#', 1)" -%}
    case
        when position('#' in {{ url }}) > 0
            then
                '&' || replace(
                    case
                        when position('?' in {{ before }}) > 0
                            then substr(
                                {{ before }}, position('?' in {{ before }}) + 1
                            )
                        else ''
                    end,
                    '&amp;', '&'
                ) || '&' || replace(
                    replace(
                        trim(
                            leading '!/'
                            from substr({{ url }}, length({{ before }}) + 2)
                        ),
                        '&amp;', '&'
                    ),
                    '?', '&'
                )
        when position('?' in {{ url }}) > 0
            then
                '&' || replace(
                    substr({{ url }}, position('?' in {{ url }}) + 1), '&amp;', '&'
                )
    end
{%- endmacro %}

{#- The first value of a name among url_parameters, as it is written; null where there is
    none or it is empty. -#}
{% macro url_parameter(parameters, name) -%}
    {{ regex_group(parameters, '&' ~ parameter_name(name) ~ '=([^&]*)') }}
{%- endmacro %}

{#- A parameter's name as a regular expression: case is nothing, and _ may be encoded. -#}
{% macro parameter_name(name) -%}
    {%- set signs = [] -%}
    {%- for sign in name -%}
        {%- do signs.append(
            '(?:_|%5[fF])' if sign == '_'
            else '[' ~ sign | lower ~ sign | upper ~ ']' if sign | lower != sign | upper
            else '[' ~ sign ~ ']'
        ) -%}
    {%- endfor -%}
    {{ return(signs | join) }}
{%- endmacro %}
