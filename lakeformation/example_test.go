package lakeformation_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"slipway/lakeformation"
)

func Example() {
	// Stands in for https://lakeformation.ap-southeast-4.myhuaweicloud.com.
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusGatewayTimeout)
			return
		}
		_, _ = fmt.Fprint(w, `{"total":1,"jobs":[{"id":"03141229-84cd-4b1b-9733-dd124320c125","name":"nightly_sync",
			"type":"METADATA_MIGRATION","status":{"status":"SUCCESS"}}]}`)
	}))
	defer service.Close()

	client, err := lakeformation.New(lakeformation.Config{
		Endpoint:    service.URL,
		ProjectID:   "0123456789abcdef0123456789abcdef",
		InstanceID:  "2180518f-42b8-4947-b20b-adfc53981a25",
		Credentials: lakeformation.AKSK{AccessKey: "AKIDEXAMPLE", SecretKey: "SKEXAMPLE"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	ctx := context.Background()
	job, err := client.ListJobs(ctx, lakeformation.ListOptions{Type: lakeformation.MetadataMigration})
	fmt.Println(job.Jobs[0].Name, job.Jobs[0].Status.Ended(), err)

	err = client.StartJob(ctx, job.Jobs[0].ID, lakeformation.StartOptions{NotAfter: time.Now().Add(30 * time.Second)})
	var failure *lakeformation.Error
	if errors.As(err, &failure) {
		fmt.Println(failure.Class)
		fmt.Println(failure.Remedy().String())
	}
	// Output:
	// nightly_sync true <nil>
	// unknown
	// LakeFormation or its gateway has a fault of its own. Look at the job's status before you ask again: LakeFormation may have done it.
}
