{#- The click id in a URL, or the name of its parameter: the first one in the URL.
    What each name means stands in seeds/rules/click_ids.csv. -#}
{% macro url_click_id(url) -%}
    case
        when {{ url }} like '%?%'
            then {{ regex_group(url, '[?&](?:' ~ click_id_names() ~ ')=([^&#]+)') }}
    end
{%- endmacro %}

{% macro url_click_id_type(url) -%}
    case
        when {{ url }} like '%?%'
            then lower({{ regex_group(url, '[?&](' ~ click_id_names() ~ ')=[^&#]') }})
    end
{%- endmacro %}

{% macro click_id_names() -%}
    {{ return([
        'gclid', 'gbraid', 'wbraid', 'dclid', 'gad_source', 'msclkid', 'ttclid',
        'twclid', 'li_fat_id', 'rdt_cid', 'yclid', 'tblci', 'dicbo', 'ndclid', 'epik',
        'qclid', 'sccid', 'ScCid', 'fbclid', 'igshid', 'srsltid', 'mc_cid', '_kx',
        'irclickid', 'cjevent',
    ] | join('|')) }}
{%- endmacro %}
