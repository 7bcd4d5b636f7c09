// Package lakeformation is a client for the job API of Huawei Cloud LakeFormation: list, find and show jobs, read
// their history and log, start and stop them.
//
// The official Go SDK has no job calls, so the client signs and sends the requests itself. Two things set it apart
// from an ordinary REST client:
//
//   - Reads are repeated after faults that pass; StartJob and StopJob are sent at most once, because the service
//     offers neither an idempotency key nor a run id to recognise a repetition by.
//   - Every failure is an *Error whose Class says what is known: refused, never sent, throttled, unauthorized, or
//     unknown. Only unknown leaves open whether LakeFormation acted.
//
// The pages of the API are at https://support.huaweicloud.com/intl/en-us/api-lakeformation/<Operation>.html; each
// call names its own.
package lakeformation
