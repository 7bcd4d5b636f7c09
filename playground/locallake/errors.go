package locallake

import "fmt"

// The bodies below are the examples of the API pages, byte for byte.
const (
	body400 = `{"error_code":"common.01000001","error_msg":"failed to read http request, please check your input, code: 400, reason: Type mismatch., cause: TypeMismatchException"}`
	body401 = `{"error_code":"APIG.1002","error_msg":"Incorrect token or token resolution failed"}`
	// The pages print the 401 body like this. It is not JSON.
	body401Quoted = `{'error_code':'APIG.1002','error_msg':'Incorrect token or token resolution failed'}`
	body403       = `{"error":{"code":"403","message":"X-Auth-Token is invalid in the request","error_code":null,"error_msg":null,"title":"Forbidden"},"error_code":"403","error_msg":"X-Auth-Token is invalid in the request","title":"Forbidden"}`
	body404       = `{"error_code":"common.01000001","error_msg":"response status exception, code: 404"}`
	body408       = `{"error_code":"common.00000408","error_msg":"timeout exception occurred"}`
	body500       = `{"error_code":"common.00000500","error_msg":"internal error"}`
)

func internalError() answer { return jsonText(500, body500) }
func notFound() answer      { return jsonText(404, body404) }

// errorBody is the shape of LakeFormation's errors, without a request id, and of
// its gateway's, which have one.
type errorBody struct {
	Code       string `json:"error_code"`
	Message    string `json:"error_msg"`
	CommonCode string `json:"common_error_code,omitempty"`
	Solution   string `json:"solution_msg,omitempty"`
	RequestID  string `json:"request_id,omitempty"`
}

func lakeError(status int, code, message string) answer {
	return jsonAnswer(status, errorBody{Code: code, Message: message})
}

// gatewayError is an error of the API gateway (APIG) in front of LakeFormation.
func gatewayError(c *call, status int, code, message string) answer {
	return jsonAnswer(status, errorBody{Code: code, Message: message, RequestID: c.requestID})
}

// badInput is a request that could not be read, in the form of the pages' 400 example.
func badInput(reason string) answer {
	return lakeError(400, "common.01000001",
		fmt.Sprintf("failed to read http request, please check your input, code: 400, reason: %s., cause: IllegalArgumentException", reason))
}

// badState is a request that the job's status does not allow. The pages name no
// code for it; one of the input errors (06 to 13) was chosen.
func badState(message string) answer { return lakeError(400, "lakeformation.00000006", message) }

// iamError is the shape of IAM's errors, which is not that of the other services.
func iamError(status int, title, message string) answer {
	type body struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Title   string `json:"title"`
	}
	return jsonAnswer(status, map[string]body{"error": {status, message, title}})
}
