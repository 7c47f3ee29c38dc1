{#- What a p-value comes to where many were looked at, of which some are small by chance
    alone: the least of `looked_p` among those that are no smaller. Y. Benjamini and
    Y. Hochberg, Journal of the Royal Statistical Society B 57 (1995), 289-300. -#}
{% macro adjusted_p(candidate, p_value, looks=none) -%}
    case
        when {{ p_value }} is not null
            then {{ to_nine_decimals(
                'min(' ~ candidate ~ ') over ('
                ~ ('partition by ' ~ looks ~ ' ' if looks else '')
                ~ 'order by ' ~ p_value ~ ' desc)'
            ) }}
    end
{%- endmacro %}

{#- A p-value times all that were looked at together, over how many are no larger. -#}
{% macro looked_p(p_value, looks=none) -%}
    {%- set together = 'partition by ' ~ looks ~ ' ' if looks else '' -%}
    {{ cast(p_value, 'double precision') }} * count({{ p_value }}) over ({{ together }})
    / nullif(count({{ p_value }}) over ({{ together }}order by {{ p_value }}), 0)
{%- endmacro %}
