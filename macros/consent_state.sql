{#- A tracker's word for consent as granted, denied or unknown. -#}
{% macro consent_state(column) -%}
    case
        when lower(trim({{ column }})) in ('granted', 'true', 'yes', '1') then 'granted'
        when lower(trim({{ column }})) in ('denied', 'false', 'no', '0') then 'denied'
        else 'unknown'
    end
{%- endmacro %}
