{#- What a run has to look at: a view while nothing is stored, when that is all there is,
    and a table later, when it is a little of it and several models read it. -#}
{% materialization arriving, default -%}
    {%- set kind = 'table' if stored('int_events__classified') else 'view' -%}
    {%- set materialize = context.get(
        'materialization_' ~ kind ~ '_' ~ adapter.type(),
        context['materialization_' ~ kind ~ '_default']
    ) -%}
    {{ return(materialize()) }}
{%- endmaterialization %}
