package playground

import (
	"crypto/subtle"
	"net"
	"net/http"
)

// keyHeader carries the key of the page's address. A page of another site cannot
// send it: that would need a CORS preflight, which nobody here answers.
const keyHeader = "X-Playground-Key"

// guard refuses what does not come from the page itself: a name that was rebound
// to this machine (Host), or another site's page (Origin).
func (p *Playground) guard(next http.Handler) http.Handler {
	_, port, _ := net.SplitHostPort(p.host)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.Host != p.host && r.Host != net.JoinHostPort("localhost", port) {
			http.Error(w, "This page is at http://"+p.host+" only.", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
			http.Error(w, "Pages of other sites may not use the playground.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// withKey lets only those in who were given the page's address.
func (p *Playground) withKey(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if subtle.ConstantTimeCompare([]byte(r.Header.Get(keyHeader)), []byte(p.key)) != 1 {
			answer(w, http.StatusUnauthorized, outcome{Problem: "The key is not the one of this playground: open the address that it printed."})
			return
		}
		next.ServeHTTP(w, r)
	})
}
