# SPDX-License-Identifier: MIT
# make install and uninstall, into a directory of the test's own.

load helper

install_to() {
    make --silent -C "$ROOT" "$@" >install.log 2>&1 || { cat install.log; return 1; }
}

@test "an installed program works with its own library, pages and presets" {
    install_to install DESTDIR="$PWD/root" PREFIX=/usr/local
    cd root/usr/local
    call env -u LD_LIBRARY_PATH bin/crm --version
    expect 0 "$(crm --version)" ""
    [ "$(readlink lib/libcrm.so)" = libcrm.so.0 ]
    [ "$(readlink lib/libcrm.so.0)" = "libcrm.so.$(sed -n 's/.define CRM_VERSION "\(.*\)"/\1/p' include/crm.h)" ]
    ldd bin/crm | grep -q "$PWD/bin/../lib/libcrm.so.0"
    diff <(cd "$ROOT/man" && echo *.1) <(cd share/man/man1 && echo *)
    diff <(cd "$ROOT/man" && echo *.5) <(cd share/man/man5 && echo *)
    diff -r "$ROOT/lib/presets" share/crm
    [ -f share/bash-completion/completions/crm ]
    [ -f share/zsh/site-functions/_crm ]
    [ -f share/fish/vendor_completions.d/crm.fish ]
}

@test "an installed program speaks Chinese" {
    command -v msgfmt >/dev/null || skip "no msgfmt"
    install_to install DESTDIR="$PWD/root"
    call root/usr/local/bin/crm --lang zh_CN --help
    [ "$status" = 0 ]
    [ "${out%$'\n'}" = "$(crm --lang zh_CN --help)" ]
    [ "${out%$'\n'}" != "$(crm --help)" ]
}

@test "uninstall leaves no file" {
    install_to install DESTDIR="$PWD/root"
    install_to uninstall DESTDIR="$PWD/root"
    [ -z "$(find root ! -type d)" ]
}

@test "a program is built against the installed library by pkg-config" {
    install_to install DESTDIR="$PWD/root"
    cat >client.c <<'C'
#include <crm.h>
#include <stdio.h>
int main(void)
{
    crm_book *book = crm_book_new();
    crm_status status = crm_book_open(book, "nowhere", CRM_OPEN_READ);
    puts(crm_status_name(status));
    crm_book_free(book);
    return 0;
}
C
    export PKG_CONFIG_PATH=$PWD/root/usr/local/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$PWD/root
    [ "$(pkg-config --modversion crm)" = "0.1.0" ]
    # shellcheck disable=SC2046
    cc -o client client.c $(pkg-config --cflags --libs crm)
    LD_LIBRARY_PATH=$PWD/root/usr/local/lib call ./client
    expect 0 "not_found" ""
}

@test "a distribution's prefix gets no search path of its own" {
    command -v readelf >/dev/null || skip "no readelf"
    mkdir copy
    (cd "$ROOT" && tar cf - Makefile lib cmd man completions) | tar xf - -C copy
    make --silent -C copy -j2 OPT=-O0 PREFIX=/usr DESTDIR="$PWD/root" install >install.log 2>&1
    run readelf -d root/usr/bin/crm
    [[ $output != *RUNPATH* ]] && [[ $output != *RPATH* ]]
}
