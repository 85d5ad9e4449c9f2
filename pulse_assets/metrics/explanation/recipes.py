"""The recipe of each metric under each of its definitions."""

from collections.abc import Mapping

from pulse_assets.metrics.explanation import recipes_delivery as delivery
from pulse_assets.metrics.explanation import recipes_dora as dora
from pulse_assets.metrics.explanation import recipes_failure as failure
from pulse_assets.metrics.explanation import recipes_flow as flow
from pulse_assets.metrics.explanation import recipes_quality as quality
from pulse_assets.metrics.explanation import recipes_sprint as sprint
from pulse_assets.metrics.explanation import recipes_team as team
from pulse_assets.metrics.explanation.recipe import Recipe

RECIPES: Mapping[str, Mapping[str, Recipe]] = {
    "dora_lead_time": dora.LEAD_TIME,
    "dora_deployment_frequency": dora.DEPLOYMENT_FREQUENCY,
    "dora_change_failure_rate": failure.CHANGE_FAILURE_RATE,
    "dora_recovery_time": failure.RECOVERY_TIME,
    "dora_rework_rate": dora.REWORK_RATE,
    "team_review_time": {"pulse": team.REVIEW_TIME},
    "team_review_load": {"pulse": team.REVIEW_LOAD},
    "team_contribution": {"pulse": team.CONTRIBUTION},
    "team_collaboration": {"pulse": team.COLLABORATION},
    "flow_cycle_time": {"pulse": flow.CYCLE_TIME},
    "flow_throughput": {"pulse": flow.THROUGHPUT},
    "flow_work_in_progress": {"pulse": flow.WORK_IN_PROGRESS},
    "flow_time_in_status": {"pulse": flow.TIME_IN_STATUS},
    "flow_delivery_time": {"pulse": delivery.DELIVERY_TIME},
    "sprint_velocity": {"pulse": sprint.VELOCITY},
    "sprint_completion": {"pulse": sprint.COMPLETION},
    "sprint_burndown": {"pulse": sprint.BURNDOWN},
    "quality_defect_share": {"pulse": quality.DEFECT_SHARE},
    "quality_reopen_rate": {"pulse": quality.REOPEN_RATE},
}
