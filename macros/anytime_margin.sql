{#- How far from 0 a difference of this variance never strays but once in twenty
    experiments without effect, however often anybody looks: the boundary of a normal
    mixture (H. Robbins, Annals of Mathematical Statistics 41 (1970), 1397-1409; for
    experiments R. Johari et al., Operations Research 70 (2022), 1806-1821). It is
    narrowest where the difference is about experiment_expected_basis_points. -#}
{% macro anytime_margin(variance) -%}
    {%- set mixing = (var('experiment_expected_basis_points') / 10000) ** 2 -%}
    sqrt(
        {{ variance }} * ({{ variance }} + {{ mixing }}) / {{ mixing }}
        * (ln(({{ variance }} + {{ mixing }}) / {{ variance }}) + 5.991464547107982)
    )
{%- endmacro %}
