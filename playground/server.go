package playground

import (
	"embed"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"time"
)

//go:embed page
var assets embed.FS

// servePage serves the page until Close.
func (p *Playground) servePage(listener net.Listener) {
	p.host = listener.Addr().String()
	p.page = &http.Server{
		Handler: p.handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute,
		MaxHeaderBytes: 32 << 10, ErrorLog: log.New(io.Discard, "", 0),
	}
	p.served.Go(func() { _ = p.page.Serve(listener) })
}

func (p *Playground) handler() http.Handler {
	page, err := fs.Sub(assets, "page")
	if err != nil {
		panic(err) // the name is the one embedded above
	}
	api := http.NewServeMux()
	api.HandleFunc("GET /api/state", p.stream)
	if p.slack != nil {
		api.HandleFunc("POST /api/type", action(p.typeText))
		api.HandleFunc("POST /api/press", action(p.press))
		api.HandleFunc("POST /api/choose", action(p.choose))
		api.HandleFunc("POST /api/suggest", asking(p.suggest))
		api.HandleFunc("POST /api/shortcut", action(p.shortcut))
		api.HandleFunc("POST /api/home", action(p.openHome))
		api.HandleFunc("POST /api/view", asking(p.view))
		api.HandleFunc("POST /api/slack", action(p.changeSlack))
	}
	if p.lake != nil {
		api.HandleFunc("POST /api/job", action(p.changeJob))
		api.HandleFunc("POST /api/fault", action(p.changeFault))
	}
	api.HandleFunc("POST /api/child", action(p.changeChild))
	api.HandleFunc("POST /api/", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusNotFound, outcome{Problem: "That is not in this playground."})
	})

	mux := http.NewServeMux()
	mux.Handle("/api/", p.withKey(api))
	mux.Handle("/", http.FileServerFS(page))
	return p.guard(mux)
}
