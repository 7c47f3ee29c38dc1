{#- A name's words, each parted from the next by an underscore: PageView, "Page View" and
    page-view are Page_View and alike. A word begins at a capital after a small letter and
    at a capital before one: HTMLLoaded is HTML_Loaded, Step2Done Step2_Done and 3DView
    3D_View. -#}
{% macro separated_words(column) -%}
    {%- set small, capital = 'a-zß-öø-ÿ', 'A-ZÀ-ÖØ-Þ' -%}
    {%- set after = '([' ~ small ~ '])([' ~ capital ~ '])' -%}
    {%- set before = '([' ~ capital ~ '0-9])([' ~ capital ~ '][' ~ small ~ '])' -%}
    {%- set words = replaced_regex(
        replaced_regex(column, after, '\\1 \\2'), before, '\\1 \\2'
    ) -%}
    {%- set separators = '[' ~ white_space() ~ '_\u2010-\u2015\u2212-]+' -%}
    {{ replaced_regex(words, separators, '_') }}
{%- endmacro %}

{#- Those words as a name in lower case; null where there is no word. -#}
{% macro snake_case(words) -%}
    nullif(trim(both '_' from {{ lower_case(words) }}), '')
{%- endmacro %}
