{#- A tracker's word for consent as granted, denied or unknown. No list of words to look
    up: DuckDB would join it to every row, even where nobody reads the column. -#}
{% macro consent_state(column) -%}
    case lower(trim({{ column }}))
        when 'granted' then 'granted'
        when 'true' then 'granted'
        when 'yes' then 'granted'
        when '1' then 'granted'
        when 'denied' then 'denied'
        when 'false' then 'denied'
        when 'no' then 'denied'
        when '0' then 'denied'
        else 'unknown'
    end
{%- endmacro %}
