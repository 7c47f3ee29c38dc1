{{ config(tags=['passing', 'gate', 'staging', 'rules', 'rates']) }}

select 1 as answer
