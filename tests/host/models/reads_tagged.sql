select answer from {{ ref('tagged') }}
