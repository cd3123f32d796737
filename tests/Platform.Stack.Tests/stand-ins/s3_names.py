"""Swift's users are called ACCOUNT:USER. A signature is made with the secret alone, so a name can be completed on the way."""


def filter_factory(global_conf, **local_conf):
    def names(app):
        def complete(env, start_response):
            header = env.get('HTTP_AUTHORIZATION', '')
            env['HTTP_AUTHORIZATION'] = header.replace('Credential=', 'Credential=minio:', 1)
            return app(env, start_response)

        return complete

    return names
