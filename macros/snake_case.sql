{#- A name in lower case with underscores: PageView, "Page View" and page-view are one
    event. A word begins at a capital after a small letter and at a capital before one:
    HTMLLoaded is html_loaded, Step2Done step2_done and 3DView 3d_view. -#}
{% macro snake_case(column) -%}
    {%- set small, capital = 'a-zß-öø-ÿ', 'A-ZÀ-ÖØ-Þ' -%}
    {%- set after = '([' ~ small ~ '])([' ~ capital ~ '])' -%}
    {%- set before = '([' ~ capital ~ '0-9])([' ~ capital ~ '][' ~ small ~ '])' -%}
    {%- set words = replaced_regex(
        replaced_regex(column, after, '\\1 \\2'), before, '\\1 \\2'
    ) -%}
    {%- set separators = '[' ~ white_space() ~ '_\u2010-\u2015\u2212-]+' -%}
    nullif(trim(both '_' from lower({{ replaced_regex(words, separators, '_') }})), '')
{%- endmacro %}
