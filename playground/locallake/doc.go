// Package locallake is a Huawei Cloud LakeFormation that runs on this machine and
// speaks its wire: instances, jobs (list, show, create, update, delete, start,
// stop, log, history), the job agency, and IAM's token endpoint. Signatures and
// tokens are verified, jobs run and end, and every error LakeFormation, its
// gateway or the network may answer with is a Fault that can be switched on.
//
// Shapes are those of the API pages at support.huaweicloud.com/api-lakeformation.
// Where those pages are silent the comment beside the rule says what was chosen.
package locallake
