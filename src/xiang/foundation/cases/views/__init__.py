"""The pages of cases: the officers' desk, and the applicant's progress. Views ask, operations do, templates show."""
