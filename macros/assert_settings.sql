{% macro assert_settings() %}{% endmacro %}
