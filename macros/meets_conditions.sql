{#- Whether a row of features lies within all that a row of conditions says, by the columns
    least_ and most_ of each feature; what is null there is not asked, and a feature that
    is null is within nothing. -#}
{% macro meets_conditions(features, conditions) -%}
    {%- for feature in audience_features() %}
        {{ 'and ' if not loop.first }}(
            {{ conditions }}.least_{{ feature }} is null
            or {{ features }}.{{ feature }} >= {{ conditions }}.least_{{ feature }}
        )
        and (
            {{ conditions }}.most_{{ feature }} is null
            or {{ features }}.{{ feature }} <= {{ conditions }}.most_{{ feature }}
        )
    {%- endfor %}
{%- endmacro %}
